/** The hand-off folder on a file system that is full, as a small one in memory soon is. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { makeAuthority } from '../support/certificates.ts'
import { hostName } from '../support/clients.ts'
import { MailClient } from '../support/mail-client.ts'
import { freePort } from '../support/ports.ts'
import { eventually, type Running, run, start, untilUp } from '../support/programs.ts'
import { type ScriptedBackend, startBackend } from '../support/scripted-backend.ts'
import { mailProxy, secret, service } from './objects.ts'

const program = (name: string) =>
  fileURLToPath(new URL(`../../src/bin/${name}.js`, import.meta.url))
const pop3 = 'B: +OK ready\nP: CAPA\nB: +OK\nB: .\nP: /^USER /\nB: +OK\nP: /^PASS /\nB: +OK in'

suite('a hand-off folder on a full file system', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-full-'))
  const volume = join(folder, 'volume')
  const objects = join(folder, 'objects')
  const filler = join(volume, 'filler')
  let backends: readonly ScriptedBackend[] = []
  let port: number
  let controller: Running
  let relay: Running

  before(async () => {
    for (const dir of [volume, objects]) mkdirSync(dir)
    const words = ['-t', 'tmpfs', '-o', 'size=256k,mode=0700', 'tmpfs', volume]
    const { code, stderr } = await run('mount', words)
    assert.equal(code, 0, `this suite mounts a file system, as root: ${stderr}`)
    backends = [await startBackend(pop3), await startBackend(pop3)]
    port = await freePort()
    write('secret.yaml', secret(await (await makeAuthority()).issue([hostName])))
    endpoint(0)
    const listener = { name: 'pop3', protocol: 'POP3', port, tls: 'StartTLS' } as const
    write(
      'proxy.yaml',
      mailProxy('mail', 'Passthrough', [{ ...listener, backend: ['backend', 'pop3'] }]),
    )
    relay = startRelay()
    const flags = ['--from', objects, '--to', volume, '--address', '127.0.0.1', '--http', 'off']
    controller = start(process.execPath, [program('controller'), ...flags])
    await untilUp('the relay', relay, () => applied() > 0)
  })
  after(async () => {
    await controller?.stop()
    relay?.signal('SIGKILL')
    await relay?.exited
    for (const backend of backends) await backend.close()
    await run('umount', [volume])
    rmSync(folder, { recursive: true })
  })

  const write = (file: string, text: string) => writeFileSync(join(objects, file), text)
  const endpoint = (which: 0 | 1) =>
    write('service.yaml', service('backend', { pop3: backends[which]?.port ?? 0 }))
  const startRelay = () =>
    start(process.execPath, [program('relay'), '--from', volume, '--http', 'off'])
  const applied = () => relay.output().split('"configuration applied"').length - 1
  const logIn = async () => {
    const client = await MailClient.open(port)
    await client.line()
    await client.ask('STLS')
    await client.startTls()
    await client.ask('USER a')
    assert.equal(await client.ask('PASS b'), '+OK in')
    return client
  }
  const counts = () => backends.map(({ connections }) => connections())
  let stays: MailClient

  test('is told of by the controller, while the relay goes on with the text that it has', async () => {
    stays = await logIn()
    fill(filler)
    endpoint(1)
    await eventually('a word of the controller', () =>
      controller.output().includes('"reason":"ENOSPC: no space left on device, write"'),
    )
    assert.match(controller.output(), /"msg":"the text cannot be handed over"/)
    assert.match(controller.output(), /"Programmed".*the text cannot be handed over: ENOSPC/)
    assert.equal(await stays.ask('still here'), 'still here')
    ;(await logIn()).close()
    assert.deepEqual(counts(), [2, 0])
  })

  test('is enough for a relay to start from', async () => {
    relay.signal('SIGKILL')
    await relay.exited
    relay = startRelay()
    await eventually('the relay to start', () => applied() > 0)
    ;(await logIn()).close()
    assert.deepEqual(counts(), [3, 0])
  })

  test('takes the text as soon as there is room, without another change', async () => {
    const before = applied()
    rmSync(filler)
    await eventually('the text to be applied', () => applied() > before)
    ;(await logIn()).close()
    assert.deepEqual(counts(), [3, 1])
  })
})

/** Takes all that is left, to the last octet. */
function fill(file: string): void {
  for (let size = 65_536; size >= 1; size /= 2) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    }
  }
}
