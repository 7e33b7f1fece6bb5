import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { asInTheImage } from '../bench/systems.ts'
import { type Instruction, stages, variables } from './support/dockerfile.ts'

const root = new URL('..', import.meta.url).pathname
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const { head, stages: built } = stages(read('Dockerfile'))
const last = built.at(-1) ?? []
const all = (from: readonly Instruction[], word: string) => from.filter(each => each.word === word)
const shell = all(last, 'RUN')
  .filter(({ exec }) => exec === undefined)
  .map(({ rest }) => rest)
  .join('\n')
const environment = variables(last)
const { devDependencies } = JSON.parse(read('package.json'))

test("the image's Node is the one that the tests ran on, by its exact version", () => {
  const base = all(head, 'ARG')[0]?.rest ?? ''
  assert.match(base, new RegExp(`^BASE=node:${devDependencies.node}-[a-z]+-slim(@sha256:.+)?$`))
  for (const stage of built) assert.match(stage[0]?.rest ?? '', /^\$\{BASE\}( AS build)?$/)
  assert.equal(process.version, `v${devDependencies.node}`)
})

test('the image runs as user 65532, and fills its compile cache as that user', () => {
  const users = all(last, 'USER').map(({ rest }) => rest)
  assert.deepEqual(users, ['65532:65532'])
  const from = last.findIndex(({ word }) => word === 'USER')
  const cached = all(last.slice(from), 'RUN').map(({ exec }) => exec?.join(' '))
  assert.deepEqual(cached, [
    'node src/bin/relay.js --version',
    'node src/bin/controller.js --version',
    // What the controller loads only where there is an API server.
    'node --import ./src/bin/cluster.ts --eval ',
  ])
})

test('no shell stands between the container and the program, so that signals reach it', () => {
  assert.deepEqual(all(last, 'ENTRYPOINT')[0]?.exec, ['node', ...asInTheImage.arguments])
  assert.equal(all(last, 'CMD')[0]?.exec?.[0], 'src/bin/relay.js')
})

test('the bench runs the relay as the image does', () => {
  const { NODE_COMPILE_CACHE: _, ...set } = environment
  assert.deepEqual(set, asInTheImage.environment)
})

test('the library that the loader is to load first comes from its package', () => {
  const [, installed = ''] = /apt-get install ([^&]*)&&/.exec(shell) ?? []
  for (const part of asInTheImage.parts) {
    assert.ok(installed.split(' ').includes(part.package), installed)
    assert.equal(basename(part.file), asInTheImage.environment.LD_PRELOAD)
  }
  assert.match(shell, /rm [^&]*\/var\/lib\/apt\/lists/)
})

test('npm is not in the image that runs', () => {
  for (const path of ['/usr/local/lib/node_modules', '/usr/local/bin/npm', '/usr/local/bin/npx']) {
    assert.ok(shell.includes(path), path)
  }
})

/** What `COPY src src` brings: .dockerignore keeps the demo out. */
function copied(): readonly string[] {
  const ignored = read('.dockerignore').split('\n')
  assert.ok(ignored.includes('src/demo') && ignored.includes('src/bin/demo.*'))
  return globSync('src/**/*.{ts,js}', { cwd: root }).filter(
    path => !path.startsWith('src/demo/') && !path.startsWith('src/bin/demo.'),
  )
}

test('what the build copies is there, and .dockerignore lets it through', () => {
  const ignored = read('.dockerignore').split('\n')
  const sources = all(built[0] ?? [], 'COPY').flatMap(({ rest }) => rest.split(' ').slice(0, -1))
  for (const path of sources) {
    assert.ok(existsSync(join(root, path)), path)
    assert.ok(ignored.includes(`!${path}`), path)
  }
})

const image = mkdtempSync(join(tmpdir(), 'postern-image-'))
after(() => {
  chmodSync(image, 0o755)
  rmSync(image, { recursive: true })
})

/** The files that the image holds, from the packages that are installed here. */
function assemble(): void {
  for (const path of ['package.json', ...copied()]) {
    mkdirSync(join(image, dirname(path)), { recursive: true })
    cpSync(join(root, path), join(image, path))
  }
  const { packages } = JSON.parse(read('package-lock.json'))
  for (const [path, { dev }] of Object.entries<{ dev?: true }>(packages)) {
    // Nested packages come with the one that they lie in.
    if (path === '' || dev === true || path.lastIndexOf('node_modules/') > 0) continue
    mkdirSync(join(image, dirname(path)), { recursive: true })
    symlinkSync(join(root, path), join(image, path))
  }
  mkdirSync(join(image, '.compile-cache'))
}

test('both programs start from what the image holds, and fill the compile cache', () => {
  assemble()
  const cache = join(image, '.compile-cache')
  for (const program of ['relay', 'controller']) {
    const run = spawnSync(process.execPath, [`src/bin/${program}.js`, '--version'], {
      cwd: image,
      env: { NODE_COMPILE_CACHE: cache },
      encoding: 'utf8',
    })
    assert.deepEqual([run.status, run.stderr], [0, ''])
  }
  const own = globSync('src/**/*.ts', { cwd: image }).length
  assert.ok(globSync('*/*', { cwd: cache }).length > own / 2)
})
