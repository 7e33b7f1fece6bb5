import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Folder, maxFolderMessages, maxFolderOctets } from '../../src/demo/folder.ts'

test('the oldest message makes room for one more than a folder holds', () => {
  const folder = new Folder('INBOX', 1)
  for (let at = 0; at <= maxFolderMessages; at += 1) folder.append(Buffer.from('x'), new Date(0))
  assert.equal(folder.messages.length, maxFolderMessages)
  assert.equal(folder.messages[0]?.uid, 2)
})

test('the oldest messages make room for octets', () => {
  const folder = new Folder('INBOX', 1)
  const half = Buffer.alloc(maxFolderOctets / 2)
  for (let at = 0; at < 3; at += 1) folder.append(half, new Date(0))
  assert.deepEqual(
    folder.messages.map(({ uid }) => uid),
    [2, 3],
  )
})

test('who watches is told of mail that arrives and mail that goes, until it stops', () => {
  const folder = new Folder('INBOX', 1)
  let told = 0
  const stop = folder.watch(() => {
    told += 1
  })
  folder.append(Buffer.from('x'), new Date(0))
  folder.remove(new Set(folder.messages))
  stop()
  folder.append(Buffer.from('x'), new Date(0))
  assert.equal(told, 2)
})
