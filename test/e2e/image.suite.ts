/**
 * The steps of the Dockerfile, one by one, in a folder: there is no container engine where the suites
 * run. As root the programs run as the image's user, who can write nowhere but where it was told to.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { stages, variables } from '../support/dockerfile.ts'
import { buildApp, preloaded, imageUser as user } from '../support/image.ts'

const root = new URL('../..', import.meta.url).pathname
const image = mkdtempSync(join(tmpdir(), 'postern-image-'))
const app = join(image, 'postern')
const cache = join(app, '.compile-cache')
const work = join(image, 'work')
const node = join(image, 'node')
const last = stages(readFileSync(join(root, 'Dockerfile'), 'utf8')).stages.at(-1) ?? []
const asUser = process.getuid?.() === 0 ? { uid: user, gid: user } : {}
const environment = { PATH: '/usr/bin:/bin', ...variables(last), NODE_COMPILE_CACHE: cache }

function seconds(limit: number) {
  return { timeout: limit * 1_000, killSignal: 'SIGKILL' } as const
}

before(() => {
  preloaded()
  chmodSync(image, 0o755)
  cpSync(process.execPath, node)
  buildApp(app)
  for (const folder of [cache, work]) {
    mkdirSync(folder)
    if (asUser.uid !== undefined) chownSync(folder, user, user)
  }
})

after(() => rmSync(image, { recursive: true }))

function run(words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const options = {
    cwd: app,
    env: environment,
    encoding: 'utf8',
    ...asUser,
    ...seconds(60),
  } as const
  return spawnSync(node, words, options)
}

test('the packages of the image are those of run time, and the demo is not in it', () => {
  assert.ok(existsSync(join(app, 'node_modules/prom-client')))
  assert.ok(!existsSync(join(app, 'node_modules/typescript')))
  assert.deepEqual(globSync('src/{demo,bin/demo*}', { cwd: app }), [])
})

test('the compile cache is filled by the steps of the image, as its user', () => {
  for (const { word, exec } of last) {
    if (word !== 'RUN' || exec === undefined) continue
    const { status, stderr } = run(exec.slice(1))
    assert.deepEqual([status, stderr], [0, ''])
  }
  assert.ok(globSync('*/*', { cwd: cache }).length > 100)
})

test('a text is checked from read-only files', () => {
  const file = join(work, 'relay.conf')
  spawnSync(node, ['-e', `require('fs').writeFileSync(${JSON.stringify(file)}, 'mail {}')`], asUser)
  for (const path of globSync('**/*', { cwd: cache })) chmodSync(join(cache, path), 0o555)
  const { status, stderr } = run(['src/bin/relay.js', '-t', '-c', file])
  assert.equal(status, 0, stderr)
})

test('the relay of the image starts without a text, is not ready, and ends on SIGTERM', async () => {
  const words = ['src/bin/relay.js', '--from', work, '--http', '127.0.0.1:0']
  const child = spawn(node, words, { cwd: app, env: environment, stdio: 'pipe', ...asUser })
  const port = await httpPort(child)
  const healthy = await fetch(`http://127.0.0.1:${port}/healthz`)
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`)
  assert.deepEqual([healthy.status, ready.status], [200, 503])
  assert.ok(readFileSync(`/proc/${child.pid}/maps`, 'utf8').includes(preloaded()))
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
})

/** The port of the record that says where HTTP is served. */
async function httpPort(child: ChildProcess): Promise<number> {
  let said = ''
  const seen = /"port":(\d+)/
  for await (const chunk of child.stdout ?? []) {
    said += chunk
    const found = seen.exec(said)
    if (found) return Number(found[1])
  }
  throw new Error(`it ended without saying where it serves HTTP: ${said}`)
}
