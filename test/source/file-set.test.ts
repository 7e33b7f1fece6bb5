import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FileSet } from '../../src/source/file-set.ts'
import { folder } from './listening.ts'
import { StillClock } from './still-clock.ts'

const service = (name: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: mail}\n`

const names = (files: FileSet): readonly string[] =>
  files.objects().map(({ object }) => object.metadata.name)

test('a change counts once its file has looked the same for 50 ms', async t => {
  const dir = await folder(t)
  const path = join(dir, 'a.yaml')
  await writeFile(path, service('a'))
  const clock = new StillClock()
  const files = new FileSet([dir], clock)
  await files.open()
  assert.deepEqual(names(files), ['a'])

  await writeFile(path, '')
  assert.equal(await files.look(), false)
  clock.pass(40)
  assert.equal(await files.look(), false)
  await writeFile(path, service('second'))
  clock.pass(40)
  assert.equal(await files.look(), false)
  assert.deepEqual(names(files), ['a'])
  clock.pass(50)
  assert.equal(await files.look(), true)
  assert.deepEqual(names(files), ['second'])
})

test('a file that goes for a moment keeps its objects', async t => {
  const dir = await folder(t)
  const path = join(dir, 'a.yaml')
  await writeFile(path, service('a'))
  const clock = new StillClock()
  const files = new FileSet([dir], clock)
  await files.open()
  await rm(path)
  assert.equal(await files.look(), false)
  assert.deepEqual(names(files), ['a'])
  clock.pass(50)
  assert.equal(await files.look(), true)
  assert.deepEqual(names(files), [])
})

test('a file that never comes to rest is read after half a second', async t => {
  const dir = await folder(t)
  const path = join(dir, 'a.yaml')
  const clock = new StillClock()
  const files = new FileSet([dir], clock)
  await files.open()
  for (let n = 0; n < 20; n++) {
    await writeFile(path, `${service('a')}${'# more\n'.repeat(n)}`)
    assert.equal(await files.look(), false)
    clock.pass(25)
  }
  await writeFile(path, service('restless'))
  await files.look()
  assert.deepEqual(names(files), ['restless'])
})
