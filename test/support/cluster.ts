import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { program } from './control-plane.ts'
import { archive, buildRoot } from './image.ts'

const root = new URL('../..', import.meta.url).pathname
const script = join(root, 'scripts/kube/node.sh')
const run = promisify(execFile)
const most = { maxBuffer: 64 * 1024 * 1024 }

/** A cluster with pods: that of `KUBECONFIG`, else one node of our own. */
export interface Cluster extends AsyncDisposable {
  kubectl(args: readonly string[], input?: string): string
  helm(args: readonly string[]): string
  /** Does not wait for its end. */
  start(args: readonly string[]): Promise<string>
  /** The image of the programs, and the same with the demo's mail server and the test's clients. */
  readonly images: { readonly postern: string; readonly mail: string }
}

const images = { postern: 'localhost/postern:test', mail: 'localhost/postern-mail:test' }

/**
 * With `KUBECONFIG`, `POSTERN_IMAGE` and `POSTERN_MAIL_IMAGE` name the images; `mailFiles` says what the
 * latter holds beside the former.
 */
export async function cluster(): Promise<Cluster> {
  if (process.env['KUBECONFIG'] === undefined) return ownNode()
  const { POSTERN_IMAGE: postern, POSTERN_MAIL_IMAGE: mail } = process.env
  if (!postern || !mail)
    throw new Error('POSTERN_IMAGE and POSTERN_MAIL_IMAGE must name images of that cluster')
  return {
    ...commands([]),
    images: { postern, mail },
    async [Symbol.asyncDispose]() {},
  }
}

/** What the mail servers and clients in pods are made of. */
export const mailFiles = [
  'src/demo',
  'test/cluster/backend.ts',
  'test/cluster/client.ts',
  'test/support/mail-client.ts',
]

/** A node of our own, of which more can be asked than of a cluster of somebody. */
export interface OwnNode extends Cluster {
  readonly address: string
  /** Runs a command in the namespaces of the node; gives what it prints. */
  inside(...words: readonly string[]): Promise<string>
  /** Kills the API server, or starts it again. */
  apiServer(what: 'stop' | 'start'): Promise<void>
}

/** With `one` image that is both: making and loading a second one takes a while. */
export async function ownNode(count: 'one' | 'both' = 'both'): Promise<OwnNode> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-cluster-'))
  const image = join(folder, 'image')
  const state = join(folder, 'node')
  const names = count === 'one' ? { postern: images.mail, mail: images.mail } : images
  const archives = [...new Set(Object.values(names))].map((_, at) => join(folder, `${at}.tar`))
  buildRoot(image)
  if (count === 'both') archive(names.postern, image, archives.at(0) ?? '')
  mkdirSync(join(image, 'postern/test'))
  for (const path of mailFiles)
    cpSync(join(root, path), join(image, 'postern', path), { recursive: true })
  archive(names.mail, image, archives.at(-1) ?? '')
  try {
    await run(script, ['up', state, ...archives], most)
  } catch (error) {
    await rm(folder, { recursive: true })
    throw error
  }
  return {
    ...commands([script, 'exec', state]),
    images: names,
    address: '10.240.0.1',
    inside: async (...words) => (await run(script, ['exec', state, ...words], most)).stdout,
    apiServer: async what => {
      await run(script, ['apiserver', state, what], most)
    },
    async [Symbol.asyncDispose]() {
      await run(script, ['down', state, '--remove'], most)
      await rm(folder, { recursive: true })
    },
  }
}

/** kubectl and helm behind `before`, which takes them into the node. */
function commands(before: readonly string[]): Pick<Cluster, 'kubectl' | 'helm' | 'start'> {
  const words = (name: string, args: readonly string[]) => {
    const [first = '', ...more] = [...before, program(name), ...args]
    return [first, more] as const
  }
  const wait = (name: string, args: readonly string[], input = '') =>
    execFileSync(...words(name, args), { ...most, input, encoding: 'utf8', stdio: 'pipe' })
  return {
    kubectl: (args, input) => wait('kubectl', args, input),
    helm: args => wait('helm', args),
    start: async args => (await run(...words('kubectl', args), most)).stdout,
  }
}
