import assert from 'node:assert/strict'
import { readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { digest, generationPath } from '../../src/handoff/layout.ts'
import { accepted, candidates, load } from '../../src/handoff/load.ts'
import { publish } from '../../src/handoff/publish.ts'
import { publication, volume } from './volume.ts'

const names = async (dir: string): Promise<string[]> =>
  (await candidates(dir)).map(({ generation }) => generation)

test('a relay that starts tries wanted, then good', async () => {
  const dir = await volume()
  assert.deepEqual(await names(dir), [])
  const one = await publish(dir, publication('one'))
  assert.deepEqual(await names(dir), [one])
  await accepted(dir, one)
  assert.deepEqual(await names(dir), [one])
  const two = await publish(dir, publication('two'))
  assert.deepEqual(await names(dir), [two, one])
})

test('a generation that was found is whole: its name, its path and its text', async () => {
  const dir = await volume()
  const { text, files } = publication('one', 'key')
  const generation = await publish(dir, { text, files })
  const found = { generation, file: generationPath(dir, generation), text }
  assert.deepEqual(await load(dir, generation), found)
  assert.deepEqual(await candidates(dir), [found])
})

test('good is used where wanted is broken', async () => {
  const dir = await volume()
  const one = await publish(dir, publication('one'))
  await accepted(dir, one)

  const two = await publish(dir, publication('two'))
  await writeFile(generationPath(dir, two), '# cut sh')
  assert.deepEqual(await names(dir), [one], 'a text that is not what its name says')
  await rm(generationPath(dir, two))
  assert.deepEqual(await names(dir), [one], 'a link that names nothing')
  await rm(join(dir, 'wanted'))
  assert.deepEqual(await names(dir), [one], 'no link at all')
  await symlink('good', join(dir, 'wanted'))
  assert.deepEqual(await names(dir), [one], 'a link to a link')
  await rm(join(dir, 'wanted'))
  await writeFile(join(dir, 'wanted'), '# text')
  assert.deepEqual(await names(dir), [one], 'no link but a file')
})

test('what is no generation is never read', async () => {
  const dir = await volume()
  for (const name of ['', '..', '../../etc/passwd', 'A'.repeat(64), digest('never published')])
    assert.equal(await load(dir, name), undefined)
})

test('while wanted moves, a reader sees one whole generation or another', async () => {
  const dir = await volume()
  const texts = [publication('one'), publication('two'), publication('three')]
  const generations = new Set(texts.map(({ text }) => digest(text)))
  await publish(dir, publication('one'))
  const writing = (async () => {
    for (let n = 0; n < 60; n++) await publish(dir, texts[n % 3] ?? publication('one'))
  })()
  for (let n = 0; n < 60; n++) assert.ok(generations.has((await names(dir))[0] ?? ''))
  await writing
  assert.equal((await readdir(dir)).filter(name => name.startsWith('.')).length, 0)
})
