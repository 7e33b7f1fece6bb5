import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Listen } from '../../src/config/config.ts'
import { behind, clientOf, type Origin, originOf, readProxyHeader } from '../../src/relay/origin.ts'
import { Record as SessionRecord } from '../../src/relay/record.ts'
import type { Place } from '../../src/wire/connection.ts'
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

describe('the client of a session', () => {
  const remote = { address: '::ffff:192.0.2.7', port: 4711 }
  const here = { address: '::ffff:198.51.100.1', port: 1143 }
  const told = parseProxyHeader(printProxyV1({ address: '203.0.113.9', port: 9 }, front))

  /** A connection whose own end is `local`, and that counts how often it is asked for it. */
  class Asked extends StreamConnection {
    readonly #local: Place | undefined
    times = 0

    constructor(local: Place | undefined) {
      super(new Socket())
      this.#local = local
    }

    override get local(): Place | undefined {
      this.times++
      return this.#local
    }
  }

  function clientFrom(origin: Origin, ports: { readonly port: number; readonly public: number }) {
    const listen: Listen = {
      ...{ address: '0.0.0.0', ...ports, name: 'imap', ssl: false, ipv6only: true },
      ...{ proxyProtocol: false, bind: false, backlog: 511, keepAlive: undefined },
      position: { file: '', line: 0, column: 0 },
    }
    const record = new SessionRecord('1', 'imap', 'imap', '')
    return clientOf(origin, { listen, record, secure: false, name: '[UNAVAILABLE]' })
  }

  const straight = { port: 1143, public: 1143 }
  const translated = { port: 1143, public: 143 }
  const own = (port: number) => ({ address: '198.51.100.1', port })
  const rows: readonly (readonly [
    what: string,
    local: Place | undefined,
    ports: typeof straight,
    believed: boolean | undefined,
    dialled: Place | undefined,
    reached: Place | undefined,
  ])[] = [
    ['reached what it dialled', here, straight, undefined, own(1143), own(1143)],
    [
      'dialled nobody knows what behind a translation',
      here,
      translated,
      undefined,
      undefined,
      own(143),
    ],
    ['dialled what a PROXY header says that is believed', here, translated, true, front, front],
    [
      'dialled what the kernel says where a PROXY header is not',
      here,
      straight,
      false,
      own(1143),
      own(1143),
    ],
    [
      'has reached no address that is told on a Unix socket',
      undefined,
      straight,
      undefined,
      undefined,
      undefined,
    ],
  ]
  for (const [what, local, ports, believed, dialled, reached] of rows) {
    it(`${what}`, () => {
      const first = originOf(new Asked(local), remote)
      const origin = believed === undefined ? first : behind(first, told, () => believed)
      const client = clientFrom(origin, ports)
      assert.deepEqual([client.dialled, client.reached], [dialled, reached])
      assert.equal(client.address, believed ? '203.0.113.9' : '192.0.2.7')
    })
  }

  it('costs no question to the kernel until its own end is told, and then one', () => {
    const connection = new Asked(here)
    const client = clientFrom(originOf(connection, remote), straight)
    assert.equal(connection.times, 0)
    assert.deepEqual(client.reached, client.dialled)
    assert.equal(connection.times, 1)
  })
})
