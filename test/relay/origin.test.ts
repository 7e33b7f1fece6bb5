import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readProxyHeader } from '../../src/relay/origin.ts'
import { parseProxyHeader, printProxyV1, printProxyV2 } from '../../src/wire/proxy-header.ts'
import { StreamConnection } from '../../src/wire/stream-connection.ts'
import { Wire } from '../../src/wire/wire.ts'

const client = { address: '192.0.2.7', port: 4711 }
const front = { address: '198.51.100.1', port: 993 }
const v1 = printProxyV1(client, front)
const v2 = printProxyV2(client, front)

describe('a PROXY header', () => {
  async function read(octets: Buffer, cuts: readonly number[]) {
    const socket = new Socket()
    const wire = new Wire(new StreamConnection(socket))
    const header = readProxyHeader(wire)
    let from = 0
    for (const cut of [...cuts, octets.length].toSorted((a, b) => a - b)) {
      if (cut > from) wire.received(Buffer.from(octets.subarray(from, cut)), 'ours')
      from = Math.max(from, cut)
      await new Promise(resolve => setImmediate(resolve))
    }
    wire.interrupt('ended')
    const found = await header
    const left = wire.waiting
    socket.destroy()
    return { found, left }
  }

  it('reads the same however it is cut, and takes nothing that stands behind it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(v1, v2, Buffer.from('PROXY UNKNOWN\r\n')),
        fc.uint8Array({ maxLength: 20 }),
        fc.array(fc.nat(60), { maxLength: 6 }),
        async (header, more, cuts) => {
          const { found, left } = await read(Buffer.concat([header, more]), cuts)
          assert.deepEqual(found, parseProxyHeader(header))
          assert.equal(left, more.length)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('is a header or is not, whatever the octets', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), fc.boolean(), async (octets, signed) => {
        const start = signed ? v2.subarray(0, 13) : Buffer.from('PROXY ')
        const { found } = await read(Buffer.concat([start, octets]), [])
        assert.ok(['proxied', 'local', 'invalid'].includes(found.kind))
      }),
      { numRuns: 100 },
    )
  })
})
