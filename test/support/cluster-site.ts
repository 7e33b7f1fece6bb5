import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { classNamed, serviceWith, sliceWith } from './cluster-objects.ts'
import { type ControlPlane, controlPlane } from './control-plane.ts'
import { eventually } from './programs.ts'

const crds = new URL('../../manifests/crds.yaml', import.meta.url).pathname

/** An API server with our kinds, and the few things that suites do to it. */
export interface ClusterSite extends AsyncDisposable {
  readonly plane: ControlPlane
  /** For files of the suite. */
  readonly dir: string
  apply(...objects: readonly object[]): void
  remove(kind: string, namespace: string, name: string): void
  get(kind: string, namespace: string, name: string): ClusterObject
  /** A namespace with a Service `dovecot` that has an endpoint, and a class, both of that name. */
  tenant(name: string): void
  /** Waits for a condition of a MailProxy to have this status (and reason). */
  condition(
    namespace: string,
    type: string,
    status: string,
    reason?: string,
    name?: string,
  ): Promise<ConditionObject>
}

export interface ConditionObject {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly observedGeneration: number
  readonly lastTransitionTime: string
}

export interface ClusterObject {
  readonly metadata: { readonly resourceVersion: string; readonly generation: number }
  readonly spec: { readonly ports?: readonly { name: string; port: number; targetPort: number }[] }
  readonly status?: {
    readonly conditions?: readonly ConditionObject[]
    readonly addresses?: readonly { readonly value: string }[]
    readonly listeners?: readonly { readonly name: string }[]
  }
}

async function establish(plane: ControlPlane): Promise<void> {
  plane.kubectl(['apply', '--server-side', '-f', crds])
  // Just made, a CRD has no conditions yet, and kubectl does not wait for those.
  await eventually('the CRDs', () => {
    try {
      const words = ['wait', '--for=condition=Established', '--timeout=5s', '-f', crds]
      return plane.kubectl(words) !== ''
    } catch {
      return false
    }
  })
}

export async function clusterSite(): Promise<ClusterSite> {
  const plane = await controlPlane()
  const dir = await mkdtemp(join(tmpdir(), 'postern-site-'))
  try {
    await establish(plane)
  } catch (error) {
    // What it started would keep the suite from ending.
    await plane[Symbol.asyncDispose]()
    throw error
  }
  const get = (kind: string, namespace: string, name: string): ClusterObject =>
    JSON.parse(plane.kubectl(['get', kind, name, '-n', namespace, '-o', 'json']))
  const apply = (...items: readonly object[]): void => {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    plane.kubectl(['apply', '-f', '-'], list)
  }
  return {
    plane,
    dir,
    apply,
    get,
    remove: (kind, namespace, name) => {
      plane.kubectl(['delete', kind, name, '-n', namespace, '--wait=false'])
    },
    tenant: name => {
      // What an earlier run left on a cluster that outlives the suite.
      const gone = ['--ignore-not-found', '--timeout=60s']
      plane.kubectl(['delete', 'namespace', name, ...gone])
      plane.kubectl(['delete', 'mailproxyclass', name, ...gone])
      apply(
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
        classNamed(name),
        serviceWith(name, 'dovecot', 143),
        sliceWith(name, 'dovecot', 1143, ['10.0.0.1']),
      )
    },
    condition: (namespace, type, status, reason, name = 'corp') =>
      eventually(
        `${type} of ${namespace}/${name} to be ${status} ${reason ?? ''}`,
        () =>
          get('mp', namespace, name).status?.conditions?.find(
            one =>
              one.type === type &&
              one.status === status &&
              (reason === undefined || one.reason === reason),
          ),
        20_000,
      ),
    async [Symbol.asyncDispose]() {
      await plane[Symbol.asyncDispose]()
      await rm(dir, { recursive: true })
    },
  }
}
