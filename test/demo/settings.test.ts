import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { endpoints, taken } from '../../src/demo/endpoints.ts'
import { takenText } from '../../src/demo/hints.ts'
import { settings } from '../../src/demo/settings.ts'

test('without flags the demo takes the ports of the manual', () => {
  const asked = settings([], 'manifests/demo')
  assert.ok(asked.kind === 'run')
  assert.equal(asked.settings.manifests, 'manifests/demo')
  assert.deepEqual(
    endpoints(asked.settings).map(({ port }) => port),
    [
      ...[10_143, 10_993, 10_110, 10_995, 10_025, 10_587, 10_465, 9125, 9126],
      ...[21_143, 21_110, 21_587, 21_025, 22_143, 22_110, 22_587, 22_025],
    ],
  )
})

const refused: readonly (readonly string[])[] = [
  ['--port-offset', 'x'],
  ['--port-offset', '65000'],
  ['--backends', '21000'],
  ['--relay-http', '0'],
  ['--nonsense'],
  ['word'],
]

for (const argv of refused) {
  test(`refuses ${argv.join(' ')}`, () => {
    assert.equal(settings(argv, '.').kind, 'invalid')
  })
}

test('a port that is taken is named, with what would mend it', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const address = holder.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const found = await taken([
    { port, what: 'IMAP', flag: '--port-offset N' },
    { port: 0, what: 'any', flag: '' },
  ])
  holder.close()
  assert.match(
    takenText(found),
    new RegExp(`^demo: 127\\.0\\.0\\.1:${port} \\(IMAP\\) is taken; .* --port-offset N\n`),
  )
  assert.equal(found.length, 1)
})
