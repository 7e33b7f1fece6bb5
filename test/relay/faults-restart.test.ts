/** A relay that is killed, and a hand-off folder that does not do what it should. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ask } from '../../src/handoff/ask.ts'
import { publish } from '../../src/handoff/publish.ts'
import { sweep } from '../../src/handoff/sweep.ts'
import { loggedIn } from '../support/logged-in.ts'
import { backendFor } from '../support/on-relay.ts'
import { freePort } from '../support/ports.ts'
import { eventually, type Running, start } from '../support/programs.ts'

const program = fileURLToPath(new URL('../../src/bin/relay.js', import.meta.url))
const pop3 = 'B: +OK ready\nP: /^USER /\nB: +OK\nP: /^PASS /\nB: +OK in'
const refused = 'mail { nonsense; }'

async function site(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), 'postern-restart-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const [there, port] = [await backendFor(t, pop3), await freePort()]
  const text = (timeout: number, main = '') =>
    `${main} mail { proxy_identity off; proxy_pass 127.0.0.1:${there.port}; timeout ${timeout}s;
       server { listen 127.0.0.1:${port}; protocol pop3; } }`
  const offer = async (text: string) => {
    const generation = await publish(dir, { text, files: new Map() })
    const answer = await ask(dir, generation)
    await sweep(dir)
    return answer.kind
  }
  return { dir, port, text, offer }
}

/** A relay on the folder, once it has said `msg`. */
async function relay(t: TestContext, dir: string, msg = 'configuration applied'): Promise<Running> {
  const child = start(process.execPath, [program, '--from', dir, '--http', 'off'])
  t.after(async () => {
    child.signal('SIGKILL')
    await child.exited
  })
  await said(child, msg)
  return child
}

const said = (child: Running, msg: string) =>
  eventually(`"${msg}"`, () => child.output().includes(`"msg":"${msg}"`))

async function kill(child: Running): Promise<void> {
  child.signal('SIGKILL')
  await child.exited
}

describe('a relay that was killed', () => {
  it('starts from the text that it ran, with nobody there to offer one', async t => {
    const { dir, port, text } = await site(t)
    await publish(dir, { text: text(60), files: new Map() })
    const first = await relay(t, dir)
    const cut = await loggedIn(port)
    await kill(first)
    assert.equal(await cut.line(), 'END')
    rmSync(join(dir, 'wanted'))
    await relay(t, dir)
    ;(await loggedIn(port)).close()
  })

  it('starts from the good text where the one that is wanted was refused, and takes the next', async t => {
    const { dir, port, text, offer } = await site(t)
    await publish(dir, { text: text(60), files: new Map() })
    const first = await relay(t, dir)
    assert.equal(await offer(refused), 'refused')
    const stays = await loggedIn(port)
    assert.equal(await stays.ask('still here'), 'still here')
    await kill(first)
    const second = await relay(t, dir)
    await said(second, 'configuration refused; the old one goes on')
    ;(await loggedIn(port)).close()
    assert.equal(await offer(text(61)), 'applied')
    ;(await loggedIn(port)).close()
    assert.equal(readlinkSync(join(dir, 'good')), readlinkSync(join(dir, 'wanted')))
  })
})

describe('a hand-off folder', () => {
  it('in which good cannot be moved costs no session, no listener and no answer', async t => {
    const { dir, port, text, offer } = await site(t)
    await publish(dir, { text: text(60), files: new Map() })
    mkdirSync(join(dir, 'good'))
    const here = await relay(t, dir, 'good cannot be moved')
    const stays = await loggedIn(port)
    assert.equal(await offer(text(61)), 'applied')
    ;(await loggedIn(port)).close()
    assert.equal(await stays.ask('still here'), 'still here')
    await kill(here)
    await relay(t, dir, 'good cannot be moved')
    ;(await loggedIn(port)).close()
  })

  it('that cannot be read at a HUP ends no session', async t => {
    const { dir, port, text } = await site(t)
    const generation = await publish(dir, { text: text(60), files: new Map() })
    const here = await relay(t, dir)
    const stays = await loggedIn(port)
    const file = join(dir, `${generation}.conf`)
    rmSync(file)
    mkdirSync(file)
    here.signal('SIGHUP')
    await said(here, 'reload failed; the old configuration goes on')
    assert.equal(await stays.ask('still here'), 'still here')
    ;(await loggedIn(port)).close()
  })
})

it('a log on a full volume loses its records, and nobody loses a session', async t => {
  const { dir, port, text } = await site(t)
  await publish(dir, { text: text(60, 'error_log /dev/full info;'), files: new Map() })
  const here = await relay(t, dir)
  const stays = await loggedIn(port)
  ;(await loggedIn(port)).close()
  await said(here, 'session ended')
  assert.equal(await stays.ask('still here'), 'still here')
})
