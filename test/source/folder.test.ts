import assert from 'node:assert/strict'
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { clock } from '../../src/source/clock.ts'
import { Folder } from '../../src/source/folder.ts'
import { folder, Listening } from './listening.ts'

const service = (name: string, value = 'one'): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: mail}\nspec: {value: ${value}}\n`

async function reading(t: TestContext, ...dirs: readonly string[]): Promise<Listening> {
  const heard = new Listening()
  const source = new Folder(dirs, clock)
  t.after(() => source.close())
  await source.start(heard)
  return heard
}

const held = (heard: Listening, name: string): unknown =>
  Object(heard.held.get(`Service/mail/${name}`)?.['spec']).value

test('everything is told before the source says that it was read whole', async t => {
  const dir = await folder(t)
  await writeFile(join(dir, 'b.yaml'), `${service('b')}---\n${service('c')}`)
  await writeFile(
    join(dir, 'a.json'),
    JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }),
  )
  const heard = await reading(t, dir)
  assert.deepEqual(heard.said, [
    '+Secret/default/a',
    '+Service/mail/b',
    '+Service/mail/c',
    'synced',
  ])
})

test('an edit, a new file and a removed one take effect within a second', async t => {
  const dir = await folder(t)
  await writeFile(join(dir, 'a.yaml'), service('a'))
  const heard = await reading(t, dir)

  let began = performance.now()
  await writeFile(join(dir, 'a.yaml'), service('a', 'two'))
  await heard.until(() => held(heard, 'a') === 'two')
  assert.ok(performance.now() - began < 1_000)

  began = performance.now()
  await writeFile(join(dir, 'b.yml'), service('b'))
  await heard.until(() => held(heard, 'b') === 'one')
  assert.ok(performance.now() - began < 1_000)

  began = performance.now()
  await rm(join(dir, 'a.yaml'))
  await heard.until(() => held(heard, 'a') === undefined)
  assert.ok(performance.now() - began < 1_000)
  assert.equal(heard.wrong.length, 0)
})

test('a file that is broken says where, and its objects stay until it is mended', async t => {
  const dir = await folder(t)
  await writeFile(join(dir, 'a.yaml'), service('a'))
  await writeFile(join(dir, 'b.yaml'), service('b'))
  const heard = await reading(t, dir)

  await writeFile(join(dir, 'a.yaml'), `${service('a', 'two')}  broken: [\n`)
  await heard.until(() => heard.wrong.length > 0)
  assert.match(heard.wrong[0]?.where ?? '', /a\.yaml:\d+:\d+$/)
  assert.equal(held(heard, 'a'), 'one')

  await writeFile(join(dir, 'b.yaml'), service('b', 'two'))
  await heard.until(() => held(heard, 'b') === 'two')
  assert.equal(held(heard, 'a'), 'one')

  await writeFile(join(dir, 'a.yaml'), service('a', 'three'))
  await heard.until(() => heard.wrong.length === 0)
  assert.equal(held(heard, 'a'), 'three')
  assert.ok(!heard.said.includes('-Service/mail/a'))
})

test('an object that loses its name in an edit stays as it was', async t => {
  const dir = await folder(t)
  await writeFile(join(dir, 'a.yaml'), `${service('a')}---\n${service('b')}`)
  const heard = await reading(t, dir)
  await writeFile(join(dir, 'a.yaml'), `${service('a', 'two')}---\n${service('')}`)
  await heard.until(() => heard.wrong.length > 0)
  assert.deepEqual([held(heard, 'a'), held(heard, 'b')], ['one', 'one'])
})

test('a file that was never right gives what can be read of it', async t => {
  const dir = await folder(t)
  await writeFile(join(dir, 'a.yaml'), `${service('a')}---\nkind: Service\n---\n${service('c')}`)
  const heard = await reading(t, dir)
  assert.deepEqual([...heard.held.keys()], ['Service/mail/a', 'Service/mail/c'])
  assert.equal(heard.wrong.length, 1)
  await writeFile(join(dir, 'a.yaml'), `${service('a', 'two')}---\nkind: Service\n`)
  await heard.until(() => held(heard, 'a') === 'two')
})

test('of an object that stands twice the first counts, and the second is named', async t => {
  const [first, second] = [await folder(t), await folder(t)]
  await writeFile(join(second, 'a.yaml'), service('a', 'second'))
  await writeFile(join(first, 'z.yaml'), `${service('z')}---\n${service('a', 'first')}`)
  const heard = await reading(t, first, second)
  assert.equal(held(heard, 'a'), 'first')
  assert.equal(heard.wrong[0]?.where, join(second, 'a.yaml:1:1'))
  assert.match(
    heard.wrong[0]?.message ?? '',
    /^Service mail\/a is already at .*z\.yaml:6:1, which counts: remove one of the two$/,
  )
  await writeFile(join(first, 'z.yaml'), service('z'))
  await heard.until(() => held(heard, 'a') === 'second')
  assert.deepEqual(heard.wrong, [])
})

test('a mounted ConfigMap is followed when its links move', async t => {
  const dir = await folder(t)
  for (const version of ['one', 'two']) {
    await mkdir(join(dir, `..${version}`))
    await writeFile(join(dir, `..${version}`, 'a.yaml'), service('a', version))
  }
  await symlink('..one', join(dir, '..data'))
  await symlink('..data/a.yaml', join(dir, 'a.yaml'))
  const heard = await reading(t, dir)
  assert.equal(held(heard, 'a'), 'one')
  await symlink('..two', join(dir, '..data_tmp'))
  await rename(join(dir, '..data_tmp'), join(dir, '..data'))
  await rm(join(dir, '..one'), { recursive: true })
  await heard.until(() => held(heard, 'a') === 'two')
  assert.deepEqual(heard.said, ['+Service/mail/a', 'synced', '+Service/mail/a'])
})

test('hidden files, what editors leave, folders and other files do not count', async t => {
  const dir = await folder(t)
  for (const name of [
    '.a.yaml.swp',
    '.a.yaml',
    '.#a.yaml',
    '#a.yaml#',
    'a.yaml~',
    'a.yaml.bak',
    '4913',
    'README',
  ])
    await writeFile(join(dir, name), service(`x${name.length}`))
  await mkdir(join(dir, 'folder.yaml'))
  await symlink('nowhere', join(dir, 'dangling.yaml'))
  const heard = await reading(t, dir)
  assert.deepEqual(heard.said, ['synced'])
})

test('an editor that empties a file before it writes takes nothing away', async t => {
  const dir = await folder(t)
  await writeFile(join(dir, 'a.yaml'), service('a'))
  const heard = await reading(t, dir)
  for (let n = 0; n < 20; n++) {
    await writeFile(join(dir, 'a.yaml'), '')
    await new Promise(resolve => setImmediate(resolve))
    await writeFile(join(dir, 'a.yaml'), service('a', `value${n}`))
    await new Promise(resolve => setImmediate(resolve))
  }
  await heard.until(() => held(heard, 'a') === 'value19')
  assert.ok(!heard.said.includes('-Service/mail/a'))
})

test('a folder that goes is named, keeps its objects, and is followed when it is back', async t => {
  const dir = join(await folder(t), 'inner')
  await mkdir(dir)
  await writeFile(join(dir, 'a.yaml'), service('a'))
  const heard = await reading(t, dir)
  await rename(dir, `${dir}-away`)
  await heard.until(() => heard.wrong.length > 0)
  assert.match(heard.wrong[0]?.message ?? '', /the folder cannot be read: ENOENT/)
  assert.equal(held(heard, 'a'), 'one')
  await mkdir(dir)
  await writeFile(join(dir, 'a.yaml'), service('a', 'two'))
  await heard.until(() => held(heard, 'a') === 'two')
  assert.deepEqual(heard.wrong, [])
})

test('a folder that is not there at the start is an error', async t => {
  const dir = join(await folder(t), 'missing')
  const source = new Folder([dir], clock)
  await assert.rejects(source.start(new Listening()), /the folder .*missing cannot be read: ENOENT/)
  await source.close()
})

test('a file that is too large, or not text, is named and nothing else suffers', async t => {
  const dir = await folder(t)
  await writeFile(join(dir, 'a.yaml'), service('a'))
  await writeFile(join(dir, 'b.yaml'), Buffer.alloc(16 * 1024 * 1024 + 1, '#'))
  await writeFile(join(dir, 'c.yaml'), Buffer.from([0x61, 0xff, 0xfe]))
  const heard = await reading(t, dir)
  assert.deepEqual([...heard.held.keys()], ['Service/mail/a'])
  assert.match(heard.wrong[0]?.message ?? '', /larger than 16777216 octets/)
  assert.match(heard.wrong[1]?.message ?? '', /cannot be read/)
})
