import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Answer } from '../../src/handoff/answer.ts'
import { ask } from '../../src/handoff/ask.ts'
import { digest } from '../../src/handoff/layout.ts'
import { listen } from '../../src/handoff/listen.ts'
import { applied, volume } from './volume.ts'

const one = digest('one')
const two = digest('two')

/** A relay that applies everything; it closes with the test. */
async function relay(
  t: TestContext,
  dir: string,
  apply: (generation: string) => Promise<Answer> = async generation => applied(generation),
  options: { deadline?: number } = {},
): Promise<{ close(): Promise<void> }> {
  const serving = await listen(dir, apply, options)
  let closed = false
  const close = async (): Promise<void> => {
    if (!closed) await serving.close()
    closed = true
  }
  t.after(close)
  return { close }
}

/** Until the other side has cut the connection, whichever way. */
const closed = (peer: Socket): Promise<Socket> =>
  new Promise(resolve => {
    peer.on('error', () => {})
    peer.on('close', () => resolve(peer))
    peer.resume()
  })

test('the answer to a request reaches who asked, whatever its kind', async t => {
  const dir = await volume()
  const answers: Answer[] = [
    applied(one),
    { kind: 'refused', generation: one, errors: ['wanted:3:1: unknown directive "lisen"'] },
    {
      kind: 'applied',
      generation: one,
      listeners: [
        { name: 'a', address: '::', port: 1, outcome: 'kept', reason: 'key refused' },
        { name: 'b', address: '0.0.0.0', port: 2, outcome: 'failed', reason: 'address in use' },
      ],
    },
    { kind: 'applied', generation: one, listeners: [] },
  ]
  const queue = [...answers]
  await relay(t, dir, async () => queue.shift() ?? applied(one))
  for (const answer of answers) assert.deepEqual(await ask(dir, one), answer)
})

test('an answer of thousands of listeners arrives whole', async t => {
  const dir = await volume()
  const listeners = Array.from({ length: 5_000 }, (_, port) => ({
    name: `mail/corp/listener-${port}`,
    address: '::',
    port,
    outcome: 'failed' as const,
    reason: 'the address is in use by another program on this machine',
  }))
  await relay(t, dir, async generation => ({ kind: 'applied', generation, listeners }))
  const answer = await ask(dir, one)
  assert.equal(answer.kind === 'applied' && answer.listeners.length, 5_000)
})

test('the socket is for its owner alone and goes when the relay closes', async t => {
  const dir = await volume()
  const serving = await relay(t, dir)
  assert.equal((await stat(join(dir, 'socket'))).mode & 0o777, 0o600)
  await serving.close()
  assert.deepEqual(await readdir(dir), [])
})

test('requests are applied one at a time, in their order', async t => {
  const dir = await volume()
  const steps: string[] = []
  await relay(t, dir, async generation => {
    steps.push(`begin ${generation}`)
    // Long enough for the other requests to arrive.
    for (let turn = 0; turn < 200; turn++) await new Promise(resolve => setImmediate(resolve))
    steps.push(`end ${generation}`)
    return applied(generation)
  })
  await Promise.all([ask(dir, one), ask(dir, two), ask(dir, one)])
  assert.equal(steps.length, 6)
  for (let n = 0; n < 6; n += 2) assert.equal(steps[n]?.slice(6), steps[n + 1]?.slice(4))
})

test('a fault inside the relay is an answer, and the next request is served', async t => {
  const dir = await volume()
  let first = true
  await relay(t, dir, async generation => {
    if (!first) return applied(generation)
    first = false
    throw new Error('the volume is full')
  })
  assert.deepEqual(await ask(dir, one), {
    kind: 'refused',
    generation: one,
    errors: ['the volume is full'],
  })
  assert.equal((await ask(dir, one)).kind, 'applied')
})

test('without a relay the answer is that none runs', async () => {
  const dir = await volume()
  assert.deepEqual(await ask(dir, one), { kind: 'unreachable', reason: 'none runs' })
  await writeFile(join(dir, 'socket'), '')
  assert.deepEqual(await ask(dir, one), { kind: 'unreachable', reason: 'none runs' })
})

test('a relay that restarts while it is asked is unreachable, and answers when it is back', async t => {
  const dir = await volume()
  const asked = Promise.withResolvers<void>()
  const child = createServer(peer => peer.once('data', () => asked.resolve()))
  const peers: { destroy(): void }[] = []
  child.on('connection', peer => peers.push(peer))
  child.listen(join(dir, 'socket'))
  const answer = ask(dir, one)
  await asked.promise
  for (const peer of peers) peer.destroy()
  assert.equal((await answer).kind, 'unreachable')
  child.close()
  await once(child, 'close')
  await relay(t, dir)
  assert.equal((await ask(dir, one)).kind, 'applied')
})

test('the socket of a relay that was killed is replaced', async t => {
  const dir = await volume()
  const script = `require('net').createServer().listen(${JSON.stringify(join(dir, 'socket'))}, () => console.log())`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.ok((await stat(join(dir, 'socket'))).isSocket())
  await relay(t, dir)
  assert.equal((await ask(dir, one)).kind, 'applied')
})

test('the socket of a relay that lives is never taken', async t => {
  const dir = await volume()
  await relay(t, dir)
  await assert.rejects(
    listen(dir, async generation => applied(generation)),
    /another relay serves .*socket: end it first, or use another folder/,
  )
  assert.equal((await ask(dir, one)).kind, 'applied')
})

test('a folder whose path is too long for a socket is named, with the limit', async () => {
  const dir = join(await volume(), 'x'.repeat(100))
  await mkdir(dir)
  await assert.rejects(
    listen(dir, async generation => applied(generation)),
    /a Unix socket's path may have 107: use a shorter folder/,
  )
  const answer = await ask(dir, one)
  assert.match(answer.kind === 'unreachable' ? answer.reason : '', /may have 107/)
})

test('who asks can stop waiting, by a signal or a deadline', async t => {
  const dir = await volume()
  const held = Promise.withResolvers<Answer>()
  await relay(t, dir, () => held.promise)
  const giveUp = new AbortController()
  const answer = ask(dir, one, { signal: giveUp.signal })
  giveUp.abort()
  assert.deepEqual(await answer, { kind: 'unreachable', reason: 'no longer wanted' })
  assert.deepEqual(await ask(dir, one, { signal: AbortSignal.abort() }), {
    kind: 'unreachable',
    reason: 'no longer wanted',
  })
  assert.deepEqual(await ask(dir, one, { deadline: 10 }), {
    kind: 'unreachable',
    reason: 'none came within 10 ms',
  })
  held.resolve(applied(one))
})

test('what is no request is cut off, and holds nothing up', async t => {
  const dir = await volume()
  let count = 0
  const count1 = async (generation: string): Promise<Answer> => {
    count++
    return applied(generation)
  }
  await relay(t, dir, count1)
  const junk = [
    '\n',
    '{"apply":"../../etc/passwd"}\n',
    '{"apply":7}\n',
    '[]\n',
    'null\n',
    `{"__proto__":{"apply":"${one}"}}\n`,
    `{"apply":"${one}"`.padEnd(1_025),
    `${'x'.repeat(2_000_000)}\n`,
  ]
  for (const bytes of junk) {
    const peer = connect(join(dir, 'socket'))
    peer.write(bytes)
    await closed(peer)
  }
  assert.equal(count, 0)
  assert.equal((await ask(dir, one)).kind, 'applied')
})

test('a peer that says nothing or trickles is cut off after its time', async t => {
  const dir = await volume()
  await relay(t, dir, undefined, { deadline: 60 })
  const silent = connect(join(dir, 'socket'))
  const trickling = connect(join(dir, 'socket'))
  const drip = setInterval(() => trickling.write('x'), 10)
  await Promise.all([closed(silent), closed(trickling)])
  clearInterval(drip)
})

test('a peer that never reads its answer holds up nobody', async t => {
  const dir = await volume()
  const huge: Answer = { kind: 'refused', generation: one, errors: ['x'.repeat(3_000_000)] }
  await relay(t, dir, async generation => (generation === one ? huge : applied(generation)), {
    deadline: 5_000,
  })
  const deaf = connect(join(dir, 'socket'))
  deaf.on('error', () => {})
  deaf.write(`{"apply":"${one}"}\n`)
  assert.equal((await ask(dir, two)).kind, 'applied')
  const cut = await ask(dir, one)
  assert.equal(cut.kind, 'refused')
  deaf.destroy()
})

test('an answer that is none, too long, or of another generation counts as no answer', async t => {
  const bad = [
    'ok\n',
    '{}\n',
    `${JSON.stringify(applied(two))}\n`,
    `${JSON.stringify({ ...applied(one), listeners: [{ name: 'a' }] })}\n`,
    `${JSON.stringify({ kind: 'refused', generation: one, errors: [1] })}\n`,
    `"${'x'.repeat(5_000_000)}"\n`,
    JSON.stringify(applied(one)),
  ]
  const dir = await volume()
  const server = createServer(peer => {
    peer.on('error', () => {})
    peer.end(bad.shift() ?? '')
  })
  server.listen(join(dir, 'socket'))
  t.after(() => server.close())
  while (bad.length > 0) assert.equal((await ask(dir, one)).kind, 'unreachable')
})

test('closing answers the request in hand and drops the rest', async t => {
  const dir = await volume()
  const begun = Promise.withResolvers<void>()
  const held = Promise.withResolvers<Answer>()
  const serving = await relay(t, dir, () => {
    begun.resolve()
    return held.promise
  })
  const idle = connect(join(dir, 'socket'))
  await once(idle, 'connect')
  const inHand = ask(dir, one)
  await begun.promise
  const closing = serving.close()
  held.resolve(applied(one))
  assert.equal((await inHand).kind, 'applied')
  await closing
  idle.destroy()
  assert.equal((await ask(dir, one)).kind, 'unreachable')
})

test('more peers than one controller needs are turned away', async t => {
  const dir = await volume()
  await relay(t, dir)
  const peers = Array.from({ length: 16 }, () => connect(join(dir, 'socket')))
  assert.equal((await ask(dir, one)).kind, 'unreachable')
  for (const peer of peers) peer.destroy()
  await Promise.all(peers.map(closed))
  assert.equal((await ask(dir, one)).kind, 'applied')
})
