import { execFile, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const scripts = new URL('../../scripts/kube/', import.meta.url).pathname
const run = promisify(execFile)

/** A real API server: that of `KUBECONFIG`, else one of our own on loopback. */
export interface ControlPlane extends AsyncDisposable {
  kubectl(args: readonly string[], input?: string): string
  readonly kubeconfig: string
  /** Where `kubectl proxy` listens: `http://127.0.0.1:PORT`. */
  readonly url: string
}

/** What a machine without the programs is told. */
const install =
  'run scripts/kube/build.sh DIR && scripts/kube/clients.sh DIR, and set KUBE_BIN=DIR (or KUBECONFIG to a cluster)'

export function program(name: string): string {
  const folders = [process.env['KUBE_BIN'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter)]
  const found = folders.map(folder => join(folder, name)).find(path => existsSync(path))
  if (found === undefined) throw new Error(`${name} is not installed: ${install}`)
  return found
}

/** With `settings` of scripts/kube/up.sh one of our own in any case. */
export async function controlPlane(
  settings?: Readonly<Record<string, string>>,
): Promise<ControlPlane> {
  const kubectl = program('kubectl')
  const given = settings ? undefined : process.env['KUBECONFIG']
  const own = given === undefined ? await ownPlane(settings) : undefined
  const kubeconfig = own?.kubeconfig ?? given ?? ''
  const env = { ...process.env, KUBECONFIG: kubeconfig }
  const proxy = spawn(kubectl, ['proxy', '--port=0'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [, url = ''] = (await firstLine(proxy.stdout)).match(/(127\.0\.0\.1:\d+)/) ?? []
  return {
    kubeconfig,
    url: `http://${url}`,
    kubectl: (args, input = '') =>
      execFileSync(kubectl, args, {
        env,
        input,
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    async [Symbol.asyncDispose]() {
      proxy.kill()
      if (own) await run(join(scripts, 'down.sh'), [own.state, '--remove'])
    },
  }
}

async function ownPlane(
  settings: Readonly<Record<string, string>> = {},
): Promise<{ readonly state: string; readonly kubeconfig: string }> {
  for (const name of ['etcd', 'kube-apiserver']) program(name)
  const state = await mkdtemp(join(tmpdir(), 'postern-e2e-'))
  const env = { ...process.env, KCM: '0', ...settings }
  const { stdout } = await run(join(scripts, 'up.sh'), [state], { env })
  return { state, kubeconfig: stdout.trim() }
}

async function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input })) return line
  throw new Error('kubectl proxy ended before it said where it listens')
}
