import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, readlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Answer } from '../../src/handoff/answer.ts'
import { digest } from '../../src/handoff/layout.ts'
import { listen } from '../../src/handoff/listen.ts'
import { accepted } from '../../src/handoff/load.ts'
import type { Clock } from '../../src/source/clock.ts'
import { createPublisher, type Outcome, type Publisher } from '../../src/source/publish.ts'
import { applied, publication, volume } from '../handoff/volume.ts'

/** Time that passes only by being waited for: a busy machine changes nothing. */
function ownTime(): Clock {
  let now = 0
  return {
    now: () => now,
    after(delay, run) {
      const timer = setTimeout(() => {
        now += delay
        run()
      }, 1)
      return () => clearTimeout(timer)
    },
  }
}

interface Told {
  readonly clock: Clock
  readonly publisher: Publisher
  readonly outcomes: Outcome[]
  until(isSo: () => boolean): Promise<void>
}

function publishing(t: TestContext, dir: string): Told {
  const outcomes: Outcome[] = []
  const clock = ownTime()
  let wake = (): void => {}
  const publisher = createPublisher({
    dir,
    clock,
    settled(outcome) {
      outcomes.push(outcome)
      wake()
    },
  })
  t.after(() => publisher.close())
  return {
    clock,
    publisher,
    outcomes,
    async until(isSo) {
      while (!isSo())
        await new Promise<void>(resolve => {
          wake = resolve
        })
    },
  }
}

const answering = async (generation: string): Promise<Answer> => applied(generation)
const generationOf = (outcome: Outcome | undefined): string =>
  outcome && 'generation' in outcome ? outcome.generation : ''

test('a text is written, asked for, and its answer told; the same text again is nothing', async t => {
  const dir = await volume()
  const serving = await listen(dir, answering)
  t.after(() => serving.close())
  const { publisher, outcomes, until } = publishing(t, dir)
  const { text, files } = publication('one', 'key')
  assert.equal(publisher.offer({ text, files }), true)
  await until(() => outcomes.length === 1)
  assert.deepEqual(outcomes, [applied(digest(text))])
  assert.equal(await readFile(join(dir, 'wanted'), 'utf8'), text)
  assert.equal(publisher.offer(publication('one', 'key')), false)
})

test('a relay that starts later is asked until it answered for the wanted text', async t => {
  const dir = await volume()
  const { publisher, outcomes, until } = publishing(t, dir)
  publisher.offer(publication('one'))
  await until(() => outcomes.length >= 3)
  assert.ok(outcomes.every(({ kind }) => kind === 'unreachable'))
  const serving = await listen(dir, answering)
  t.after(() => serving.close())
  await until(() => outcomes.at(-1)?.kind === 'applied')
  assert.equal(generationOf(outcomes.at(-1)), digest(publication('one').text))
})

test('a relay that restarts is asked again, and one that is gone is told', async t => {
  const dir = await volume()
  const first = await listen(dir, answering)
  const { publisher, outcomes, until } = publishing(t, dir)
  publisher.offer(publication('one'))
  await until(() => outcomes.at(-1)?.kind === 'applied')
  await first.close()
  await until(() => outcomes.at(-1)?.kind === 'unreachable')
  const second = await listen(dir, answering)
  t.after(() => second.close())
  await until(() => outcomes.at(-1)?.kind === 'applied')
})

test('of texts that come while one is being applied only the last is published', async t => {
  const dir = await volume()
  const asked: string[] = []
  const first = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const serving = await listen(dir, async generation => {
    asked.push(generation)
    begun.resolve()
    await first.promise
    return applied(generation)
  })
  t.after(() => serving.close())
  const { publisher, outcomes, until } = publishing(t, dir)
  publisher.offer(publication('one'))
  await begun.promise
  for (const name of ['two', 'three', 'four']) publisher.offer(publication(name))
  first.resolve()
  const last = digest(publication('four').text)
  await until(() => generationOf(outcomes.at(-1)) === last)
  assert.deepEqual(asked, [digest(publication('one').text), last])
})

test('after an answer, only what wanted and good need is left', async t => {
  const dir = await volume()
  const serving = await listen(dir, async generation => {
    await accepted(dir, generation)
    return applied(generation)
  })
  t.after(() => serving.close())
  const { publisher, outcomes, until } = publishing(t, dir)
  publisher.offer(publication('one', 'old key'))
  await until(() => outcomes.length === 1)
  publisher.offer(publication('two', 'new key'))
  await until(() => outcomes.length === 2)
  await assert.rejects(readFile(join(dir, `${digest(publication('one', 'old key').text)}.conf`)))
})

test('a listener that failed is tried again, a refused text is not', async t => {
  const dir = await volume()
  const listener = { name: 'a', address: '::', port: 1 }
  let tries = 0
  const serving = await listen(dir, async generation => {
    tries++
    const failed = { ...listener, outcome: 'failed', reason: 'address in use' } as const
    return tries === 1
      ? { kind: 'applied', generation, listeners: [failed] }
      : { kind: 'refused', generation, errors: ['no'] }
  })
  t.after(() => serving.close())
  const { publisher, outcomes, until } = publishing(t, dir)
  publisher.offer(publication('one'))
  await until(() => outcomes.length === 2)
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['applied', 'refused'],
  )
  publisher.offer(publication('two'))
  await until(() => outcomes.length === 3)
  assert.equal(tries, 3)
})

test('a long silence does not slow down what follows it', async t => {
  const dir = await volume()
  const { clock, publisher, outcomes, until } = publishing(t, dir)
  publisher.offer(publication('one'))
  await until(() => outcomes.length === 6)
  const failed = { name: 'a', address: '::', port: 1, outcome: 'failed', reason: 'busy' } as const
  const times: number[] = []
  const serving = await listen(dir, async generation => {
    times.push(clock.now())
    return { kind: 'applied', generation, listeners: [failed] }
  })
  t.after(() => serving.close())
  // The second one may come from the socket, which appeared while the relay was asked.
  await until(() => times.length === 3)
  assert.ok((times[2] ?? 0) - (times[0] ?? 0) < 25_000)
})

test('a volume that cannot be written is told and tried again', async t => {
  const dir = join(await volume(), 'volume')
  await writeFile(dir, 'in the way')
  const { publisher, outcomes, until } = publishing(t, dir)
  publisher.offer(publication('one'))
  await until(() => outcomes.length >= 2)
  const [outcome] = outcomes
  assert.match(outcome?.kind === 'failed' ? outcome.reason : '', /EEXIST|ENOTDIR/)
})

test('the end comes at once, even while a relay is slow to answer', async t => {
  const dir = await volume()
  const server = createServer(() => {})
  server.listen(join(dir, 'socket'))
  const connected = once(server, 'connection')
  const { publisher, outcomes } = publishing(t, dir)
  publisher.offer(publication('one'))
  await connected
  await publisher.close()
  assert.deepEqual(outcomes, [])
  assert.match(await readlink(join(dir, 'wanted')), /\.conf$/)
  server.close()
})
