import assert from 'node:assert/strict'
import { readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { keyFile } from '../../src/handoff/layout.ts'
import { accepted } from '../../src/handoff/load.ts'
import { publish } from '../../src/handoff/publish.ts'
import { sweep } from '../../src/handoff/sweep.ts'
import { publication, volume } from './volume.ts'

const all = async (dir: string): Promise<string[]> =>
  [
    ...(await readdir(dir)).filter(name => name.endsWith('.conf')),
    ...(await readdir(join(dir, 'tls'))).map(name => `tls/${name}`),
  ].sort()

test('what neither wanted nor good needs is removed, and nothing else', async () => {
  const dir = await volume()
  const one = await publish(dir, publication('one', 'key one', 'shared'))
  await accepted(dir, one)
  const two = await publish(dir, publication('two', 'key two'))
  const three = await publish(dir, publication('three', 'key three', 'shared'))
  const removed = await sweep(dir)
  assert.deepEqual(removed, [`${two}.conf`, keyFile('key two')].sort())
  assert.deepEqual(
    await all(dir),
    [
      `${one}.conf`,
      `${three}.conf`,
      ...['key one', 'key three', 'shared'].map(key => keyFile(key)),
    ].sort(),
  )
  assert.deepEqual(await sweep(dir), [])
})

test('what was written a moment ago, and what it needs, can be spared', async () => {
  const dir = await volume()
  const one = await publish(dir, publication('one', 'old key'))
  await publish(dir, publication('two'))
  const longAgo = new Date(Date.now() - 3_600_000)
  await utimes(join(dir, keyFile('old key')), longAgo, longAgo)
  assert.deepEqual(await sweep(dir, { spare: 60_000 }), [])
  const later = Date.now() + 61_000
  assert.deepEqual(
    await sweep(dir, { spare: 60_000, now: later }),
    [`${one}.conf`, keyFile('old key')].sort(),
  )
})

test('what a killed writer left half done goes, in its time', async () => {
  const dir = await volume()
  const one = await publish(dir, publication('one', 'key'))
  await symlink(`${one}.conf`, join(dir, '.wanted.0f0f'))
  await writeFile(join(dir, `${one}.conf.0f0f`), '')
  await writeFile(join(dir, `${keyFile('key')}.0f0f`), '')
  assert.deepEqual(await sweep(dir), [`${keyFile('key')}.0f0f`])
  assert.deepEqual(
    await sweep(dir, { now: Date.now() + 61_000 }),
    ['.wanted.0f0f', `${one}.conf.0f0f`].sort(),
  )
})

test('a folder without anything, and a file of another program, are left alone', async () => {
  const dir = await volume()
  assert.deepEqual(await sweep(dir), [])
  await writeFile(join(dir, 'note.conf'), '')
  await writeFile(join(dir, 'socket'), '')
  assert.deepEqual(await sweep(dir), [])
  await rm(dir, { recursive: true })
  assert.deepEqual(await sweep(dir), [])
  await publish(dir, publication('one'))
})
