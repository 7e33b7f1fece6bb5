/** The same dialogues through nginx and through Postern: what each peer saw is the same, to the octet. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { Split } from '../support/nginx-client.ts'
import { type Dialogue, freshAddress, type Outcome, perform } from '../support/nginx-dialogue.ts'
import { type Pair, startPair } from '../support/nginx-pair.ts'
import { groups } from './dialogues.ts'
import { text } from './doors.ts'
import { apart, type Exception, exceptions } from './exceptions.ts'

let pair: Pair
before(async () => {
  pair = await startPair(text)
})
after(() => pair?.stop())

const needed = new Set<Exception>()

for (const { atATime, dialogues, splits, title } of groups) {
  suite(title, { concurrency: atATime }, () => {
    for (const dialogue of dialogues.filter(one => !apart.some(row => row.concerns(one)))) {
      test(dialogue.title, async () => {
        for (const split of splits) await compare(dialogue, split)
      })
    }
  })
}

async function compare(dialogue: Dialogue, split: Split): Promise<void> {
  const from = freshAddress()
  const concerned = exceptions.filter(one => one.concerns(dialogue, split))
  const hanging = concerned.find(({ hangs }) => hangs)
  const [nginx, postern] = await Promise.all([
    perform(pair.nginx, dialogue, hanging?.asks ?? split, from),
    perform(pair.postern, dialogue, split, from),
  ])
  if (hanging) needed.add(hanging)
  let expected = nginx
  const other = concerned.find(({ asks }) => asks)
  if (other?.asks && !hanging && !isDeepStrictEqual(postern, nginx)) {
    needed.add(other)
    expected = await perform(pair.nginx, dialogue, other.asks, from)
  }
  for (const exception of concerned) {
    const mended = exception.mend?.(expected, dialogue) ?? expected
    if (!isDeepStrictEqual(mended, expected)) needed.add(exception)
    expected = mended
  }
  assert.deepEqual(joined(postern), joined(expected), split)
}

/** Another split has other pauses: what was heard counts, not when. */
function joined({ client, ...rest }: Outcome): object {
  return { ...rest, client: client.join('') }
}

test('every exception is one', () => {
  const unneeded = exceptions.filter(exception => !needed.has(exception))
  // Whether a reset overtakes a reply is not the same in every run.
  const sure = unneeded.filter(({ asks }) => asks !== 'at once')
  assert.deepEqual(
    sure.map(({ reason }) => reason),
    [],
  )
})

test('what is not compared here has a test of its own, and is there', () => {
  const faults = readFileSync(new URL('./faults.suite.ts', import.meta.url), 'utf8')
  for (const { concerns, test } of apart) {
    assert.ok(faults.includes(`'${test}'`), test)
    assert.ok(groups.some(({ dialogues }) => dialogues.some(concerns)))
  }
})

test('no two dialogues have one title', () => {
  const titles = groups.flatMap(({ dialogues }) => dialogues.map(({ title }) => title))
  const seen = new Set<string>()
  assert.deepEqual(
    titles.filter(title => seen.size === seen.add(title).size),
    [],
  )
})
