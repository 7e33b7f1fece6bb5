import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'

const programs = ['controller.js', 'relay.js', 'supervise.js']
const file = (program: string): string =>
  new URL(`../../src/bin/${program}`, import.meta.url).pathname

interface Ended {
  readonly status: unknown
  readonly said: string
}

const run = (node: string, args: readonly string[]): Promise<Ended> =>
  new Promise(resolve =>
    execFile(node, args, (error, out, said) =>
      resolve({ status: error?.code ?? 0, said: out + said }),
    ),
  )

/** Every Node on PATH with its version. */
function nodes(): readonly { readonly node: string; readonly version: string }[] {
  const found = (process.env['PATH'] ?? '').split(delimiter).map(dir => join(dir, 'node'))
  return [...new Set(found)].flatMap(node => {
    try {
      return [
        { node, version: execFileSync(node, ['-p', 'process.versions.node']).toString().trim() },
      ]
    } catch {
      return []
    }
  })
}

const sentence = (version: string): string =>
  `postern needs Node.js 26 or newer; this is ${version}\n`

test('an old Node is told in one line which one is needed', async () => {
  const old = nodes().filter(({ version }) => Number.parseInt(version, 10) < 26)
  for (const program of programs)
    for (const { node, version } of old)
      assert.deepEqual(await run(node, [file(program), '--help']), {
        status: 1,
        said: sentence(version),
      })
})

test('the version that Node says it has decides', async () => {
  const claim = (version: string): string =>
    `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`
  const ended = (program: string, version: string): Promise<Ended> =>
    run(process.execPath, ['--import', claim(version), file(program), '--help'])
  for (const version of ['25.9.0', '9.0.0'])
    assert.deepEqual(await ended('supervise.js', version), { status: 1, said: sentence(version) })
  assert.equal((await ended('supervise.js', '100.1.0')).status, 0)
  for (const program of programs) {
    assert.equal((await ended(program, '25.9.0')).status, 1)
    assert.equal((await ended(program, '26.0.0')).status, 0)
  }
})
