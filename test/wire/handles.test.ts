import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadHandles } from '../../src/wire/handles.ts'
import { provenHandles } from '../../src/wire/prove-handles.ts'

const bound = process as unknown as { binding: (name: string) => object }

describe('the handles of sockets', () => {
  it('are known, and do what they should', async () => {
    assert.equal(typeof (await provenHandles()), 'object')
  })

  it('are not used where this Node has others', t => {
    t.mock.method(bound, 'binding', () => ({ TCP: class {}, constants: { SOCKET: 0 } }))
    assert.equal(loadHandles(), undefined)
  })

  it('are not used where this Node gives them to nobody', async t => {
    t.mock.method(bound, 'binding', () => {
      throw new Error('No such binding')
    })
    assert.equal(await provenHandles(), 'the handles of sockets are not those that are known')
  })

  it('are not used where they say other things than are written', async t => {
    const { binding } = bound
    class Mute {
      useUserBuffer() {}
      readStart = () => 0
      readStop = () => 0
      writeBuffer = () => 0
      writev = () => 0
      writeLatin1String = () => 0
      shutdown = () => 0
      close() {}
      ref() {}
      unref() {}
      getpeername = () => 0
      getsockname = () => 0
      setKeepAlive = () => 0
      setNoDelay = () => 0
      connect = (request: { oncomplete(status: number): void }) => {
        setImmediate(() => request.oncomplete(-111))
        return 0
      }
      connect6 = () => 0
    }
    t.mock.method(bound, 'binding', (name: string) =>
      name === 'tcp_wrap'
        ? { ...binding.call(process, name), TCP: Mute }
        : binding.call(process, name),
    )
    assert.match(String(await provenHandles()), /^a trial of the handles of sockets failed: /)
  })
})
