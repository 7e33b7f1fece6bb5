/**
 * The image without a container engine: the steps of the Dockerfile, carried out in a folder, and that
 * folder with Node and its libraries as an archive that a container runtime imports.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  globSync,
  mkdirSync,
  readFileSync,
  realpathSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { stages, variables } from './dockerfile.ts'
import { requireParts } from './programs.ts'

const root = new URL('../..', import.meta.url).pathname
const [build = [], last = []] = stages(readFileSync(join(root, 'Dockerfile'), 'utf8')).stages

/** The user of the image. */
export const imageUser = 65_532

/** What the build stage puts into its working directory, put into `app`. */
export function buildApp(app: string): void {
  mkdirSync(app, { recursive: true })
  for (const { word, rest, exec = [] } of build) {
    if (word === 'COPY') copy(rest.split(' '), app)
    const [program, ...words] = exec
    if (word === 'RUN' && program !== undefined)
      execFileSync(program, words, { cwd: app, stdio: 'pipe', timeout: 300_000 })
  }
}

/** `COPY … DESTINATION`, without what .dockerignore keeps out. */
function copy(words: readonly string[], app: string): void {
  const kept = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n')
  const out = new Set(
    kept.filter(line => line.startsWith('src/')).flatMap(line => globSync(line, { cwd: root })),
  )
  const destination = words.at(-1) ?? ''
  for (const source of words.slice(0, -1)) {
    cpSync(join(root, source), join(app, destination === './' ? source : destination), {
      recursive: true,
      filter: path => !out.has(path.slice(root.length)),
    })
  }
}

/** The library that the image has the loader load before all others, as its Debian package installs it. */
export function preloaded(): string {
  const name = variables(last)['LD_PRELOAD']
  const [found] = globSync(`/usr/lib/*/${name}`)
  requireParts([{ file: found ?? `/usr/lib/${name}`, package: 'libjemalloc2' }])
  return found ?? ''
}

/** The root file system of the image; as root, since its compile cache is filled by its user. */
export function buildRoot(image: string): void {
  const app = join(image, 'postern')
  buildApp(app)
  const allocator = preloaded()
  const programs = [process.execPath, allocator]
  for (const library of new Set([...programs, ...programs.flatMap(libraries)])) {
    const to = library === process.execPath ? '/usr/local/bin/node' : library
    mkdirSync(join(image, dirname(to)), { recursive: true })
    cpSync(realpathSync(library), join(image, to))
  }
  mkdirSync(join(image, 'tmp'))
  chmodSync(join(image, 'tmp'), 0o1777)
  const cache = join(app, '.compile-cache')
  mkdirSync(cache)
  chownSync(cache, imageUser, imageUser)
  for (const { word, exec } of last) if (word === 'RUN' && exec) inside(image, exec)
}

/** Runs a step of the last stage where the image's paths are those of the image. */
function inside(image: string, [program = '', ...words]: readonly string[]): void {
  const place = ['--root', image, '--wd', '/postern']
  const user = ['--setgid', String(imageUser), '--setuid', String(imageUser)]
  const command = [`/usr/local/bin/${program}`, ...words]
  const run = spawnSync('unshare', [...place, ...user, '--', ...command], {
    env: { PATH: '/usr/bin:/bin', ...variables(last) },
    encoding: 'utf8',
  })
  // The loader complains of a library that it does not find, and goes on.
  if (run.status !== 0 || run.stderr !== '')
    throw new Error(`${command.join(' ')}: ${run.error?.message ?? run.stderr}`)
}

/** What the loader of `program` needs, itself included. */
function libraries(program: string): readonly string[] {
  const said = execFileSync('ldd', [program], { encoding: 'utf8' })
  return [...said.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path)
}

/** An archive of the root file system, with what the Dockerfile says of how to run it. */
export function archive(name: string, image: string, to: string): void {
  const of = (word: string) => last.filter(each => each.word === word)
  const words = [
    ...['--root', image],
    ...of('ENV').flatMap(({ rest }) => ['--env', rest]),
    ...['--env', 'PATH=/usr/local/bin:/usr/bin:/bin'],
    ...of('USER').flatMap(({ rest }) => ['--user', rest]),
    ...of('WORKDIR').flatMap(({ rest }) => ['--workdir', rest]),
    ...of('ENTRYPOINT').flatMap(({ rest }) => ['--entrypoint', rest]),
    ...of('CMD').flatMap(({ rest }) => ['--cmd', rest]),
  ]
  execFileSync(join(root, 'scripts/kube/image.py'), [name, to, ...words], { stdio: 'pipe' })
}
