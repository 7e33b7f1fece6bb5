/** Runs the controller as in its pod: with the files of a service account where Kubernetes mounts them. */
import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { ControlPlane } from '../test/support/control-plane.ts'

const controller = fileURLToPath(new URL('../src/bin/controller.ts', import.meta.url))
const cluster = fileURLToPath(new URL('../src/bin/cluster.ts', import.meta.url))

export interface AsPod {
  /** Goes before the program and its arguments; the process stays one. */
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** A mount namespace of its own (`unshare`), so that nothing of this machine is touched. */
export async function asPod({ kubectl, kubeconfig }: ControlPlane, dir: string): Promise<AsPod> {
  kubectl(['create', 'serviceaccount', 'bench-controller', '-n', 'default'])
  const admin = ['--clusterrole=cluster-admin', '--serviceaccount=default:bench-controller']
  kubectl(['create', 'clusterrolebinding', 'bench-controller', ...admin])
  const view = ['config', 'view', '--raw', '--flatten', '--minify', '--kubeconfig', kubeconfig]
  const [{ cluster: known }] = parse(kubectl([...view, '-o', 'yaml'])).clusters
  const files = join(dir, 'serviceaccount')
  await mkdir(files)
  const token = kubectl(['create', 'token', 'bench-controller', '-n', 'default'])
  await writeFile(join(files, 'token'), token)
  await writeFile(join(files, 'ca.crt'), known['certificate-authority-data'], 'base64')
  await writeFile(join(files, 'namespace'), 'default')
  const cache = join(dir, 'compile-cache')
  const server = new URL(known.server)
  const environment = {
    KUBECONFIG: '',
    HOME: dir,
    KUBERNETES_SERVICE_HOST: server.hostname,
    KUBERNETES_SERVICE_PORT: server.port,
    NODE_COMPILE_CACHE: cache,
  }
  fill(environment)
  return {
    command: ['unshare', '--mount', '--map-root-user', 'sh', '-c', mount, files],
    environment,
  }
}

/** `$0` is the folder of the files. */
const mount = `mount -t tmpfs none /run && mkdir -p /run/secrets/kubernetes.io \
  && cp -r "$0" /run/secrets/kubernetes.io/serviceaccount && exec "$@"`

/** As the Dockerfile does. */
function fill(environment: Readonly<Record<string, string>>): void {
  const env = { ...process.env, ...environment }
  execFileSync(process.execPath, [controller, '--version'], { env })
  execFileSync(process.execPath, ['--import', cluster, '--eval', ''], { env })
}
