import { execFileSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { type ControlPlane, controlPlane, program } from './control-plane.ts'

const root = new URL('../..', import.meta.url).pathname
export const chart = join(root, 'charts/postern')

/** Ready-made sets of values, by name. */
export const valueFiles: ReadonlyMap<string, string> = new Map(
  globSync('ci/*-values.yaml', { cwd: chart })
    .sort()
    .map(path => [path.replace(/^ci\/|-values\.yaml$/g, ''), join(chart, path)]),
)

/** The definitions of the Prometheus operator's kinds, which lie beside kubectl. */
export function operatorKinds(): string {
  const folder = join(dirname(program('kubectl')), 'prometheus-operator')
  if (!existsSync(folder))
    throw new Error(`${folder} is not there: run scripts/kube/operator.sh ${dirname(folder)}`)
  return folder
}

/** An object as it is, whatever its kind. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec?: Readonly<Record<string, unknown>>
}

/** Helm on the cluster of `kubeconfig`; it throws what Helm said where it fails. */
export const helmOn =
  (kubeconfig: string) =>
  (...args: readonly string[]): string =>
    execFileSync(program('helm'), args, {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      encoding: 'utf8',
      stdio: 'pipe',
    })

/** What the chart renders, without a cluster. */
export function render(...more: readonly string[]): readonly Manifest[] {
  const text = helmOn('/dev/null')('template', 'postern', chart, '--namespace=postern', ...more)
  return parseAllDocuments(text).flatMap(document => document.toJS() ?? [])
}

/** The pods of the workloads among `objects`. */
export function podsOf(objects: readonly Manifest[]): readonly Manifest[] {
  return objects.flatMap(({ kind, metadata, spec }) => {
    const template: unknown = spec?.['template']
    if (!['Deployment', 'DaemonSet'].includes(kind) || typeof template !== 'object') return []
    return [{ ...template, apiVersion: 'v1', kind: 'Pod', metadata }]
  })
}

/** An API server of our own, whatever `KUBECONFIG` says: releases there come and go, and kinds with them. */
export interface ChartPlane extends ControlPlane {
  helm(...args: readonly string[]): string
  apply(items: readonly object[], ...more: readonly string[]): string
  remove(items: readonly object[]): void
}

/** `settings` are those of scripts/kube/up.sh. */
export async function chartPlane(
  namespaces: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<ChartPlane> {
  const plane = await controlPlane(settings)
  for (const name of namespaces) {
    plane.kubectl(['create', 'namespace', name])
    // As the controller manager would.
    plane.kubectl(['create', 'serviceaccount', 'default', '-n', name])
  }
  const list = (items: readonly object[]): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  return {
    ...plane,
    helm: helmOn(plane.kubeconfig),
    apply: (items, ...more) => plane.kubectl(['apply', '-f', '-', ...more], list(items)),
    remove: items => {
      plane.kubectl(['delete', '-f', '-'], list(items))
    },
  }
}
