import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, readlink, stat, symlink, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { digest, keyFile } from '../../src/handoff/layout.ts'
import { candidates } from '../../src/handoff/load.ts'
import { publish } from '../../src/handoff/publish.ts'
import { publication, volume } from './volume.ts'

const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

test('a generation is named by the sha256 of its text, and wanted names it', async () => {
  const dir = await volume()
  const { text, files } = publication('one', 'key')
  const generation = await publish(dir, { text, files })
  assert.equal(generation, digest(text))
  assert.equal(await readlink(join(dir, 'wanted')), `${generation}.conf`)
  assert.equal(await readFile(join(dir, 'wanted'), 'utf8'), text)
})

test('keys are readable by their owner alone, and so are the folders that hold them', async () => {
  const dir = join(await volume(), 'new')
  await publish(dir, publication('one', 'key'))
  assert.equal(await mode(dir), 0o700)
  assert.equal(await mode(join(dir, 'tls')), 0o700)
  assert.equal(await mode(join(dir, keyFile('key'))), 0o600)
})

test('publishing the same again leaves the same files and nothing half written', async () => {
  const dir = await volume()
  await publish(dir, publication('one', 'key'))
  const before = await stat(join(dir, keyFile('key')))
  await publish(dir, publication('one', 'key'))
  assert.equal((await stat(join(dir, keyFile('key')))).ino, before.ino)
  assert.deepEqual(await readdir(join(dir, 'tls')), [keyFile('key').slice(4)])
  assert.equal((await readdir(dir)).length, 4)
})

test('a file that a crash left cut short is written again', async () => {
  const dir = await volume()
  await publish(dir, publication('one', 'key'))
  await truncate(join(dir, keyFile('key')), 0)
  await publish(dir, publication('one', 'key'))
  assert.equal(await readFile(join(dir, keyFile('key')), 'utf8'), 'key')
})

test('a file that is not named by its content is refused before anything is written', async () => {
  const dir = await volume()
  for (const name of [keyFile('other'), '../escape', `tls/../../${'0'.repeat(64)}.pem`, ''])
    await assert.rejects(
      publish(dir, { text: '', files: new Map([[name, 'key']]) }),
      /is not named by its content/,
    )
  assert.deepEqual(await readdir(dir), [])
})

test('what only looks like a file in the text of an object keeps nothing from being published', async () => {
  const dir = await volume()
  const text = `auth_http 192.0.2.1/${keyFile('no such key')};\n`
  assert.equal(await publish(dir, { text, files: new Map() }), digest(text))
})

test('a volume whose wanted cannot be moved says so and keeps what it had', async () => {
  const dir = await volume()
  await mkdir(join(dir, 'wanted'))
  await assert.rejects(publish(dir, publication('one')), /EISDIR|ENOTEMPTY|EEXIST/)
  assert.deepEqual(
    (await readdir(dir)).filter(name => name.startsWith('.')),
    [],
  )
})

test('publishing many at once always leaves a whole generation wanted', async () => {
  const dir = await volume()
  const texts = Array.from({ length: 20 }, (_, n) => publication(`text ${n}`, `key ${n % 3}`))
  await Promise.all(texts.map(text => publish(dir, text)))
  const [wanted] = await candidates(dir)
  assert.ok(texts.some(({ text }) => text === wanted?.text))
})

test('a dangling or foreign wanted is replaced', async () => {
  const dir = await volume()
  await symlink('/etc/hostname', join(dir, 'wanted'))
  assert.deepEqual(await candidates(dir), [])
  const generation = await publish(dir, publication('one'))
  assert.equal((await candidates(dir))[0]?.generation, generation)
})
