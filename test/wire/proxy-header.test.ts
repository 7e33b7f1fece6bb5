import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { octetsOf } from '../../src/wire/address.ts'
import {
  maxProxyHeader,
  type ProxyEndpoint,
  parseProxyHeader,
  printProxyLocal,
  printProxyV1,
  printProxyV2,
} from '../../src/wire/proxy-header.ts'

const four = {
  source: { address: '192.0.2.1', port: 40_000 },
  destination: { address: '198.51.100.2', port: 993 },
}
const six = {
  source: { address: '2001:db8::1', port: 1 },
  destination: { address: '2001:db8::2', port: 65_535 },
}

const lines: readonly (readonly [line: string, outcome: object])[] = [
  ['PROXY TCP4 192.0.2.1 198.51.100.2 40000 993\r\n', { kind: 'proxied', ...four }],
  ['PROXY TCP6 2001:db8::1 2001:DB8:0::2 1 65535\r\n', { kind: 'proxied', ...six }],
  ['PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.2 40000 993\r\n', { kind: 'proxied', ...four }],
  ['PROXY TCP6 ::ffff:c000:201 ::ffff:c633:6402 40000 993\r\n', { kind: 'proxied', ...four }],
  ['PROXY UNKNOWN\r\n', { kind: 'local' }],
  ['PROXY UNKNOWN ffff::1 whatever it is\r\n', { kind: 'local' }],
]

const faults: readonly (readonly [line: string, reason: string])[] = [
  ['A', 'no PROXY header'],
  ['EHLO a\r\n', 'no PROXY header'],
  ['proxy TCP4 192.0.2.1 198.51.100.2 40000 993\r\n', 'no PROXY header'],
  ['\r\n\r\n\r\n', 'no PROXY header'],
  ['PROXY\r\n', 'no PROXY header'],
  [`PROXY TCP4 ${'1'.repeat(100)}`, 'no line end'],
  [`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`, 'no line end'],
  ['PROXY UNKNOWN\n', 'a line end without a CR'],
  ['PROXY TCP4 192.0.2.1 198.51.100.2 40000 993\n', 'a line end without a CR'],
  ['PROXY UNKNOWN\nEHLO a\r\n', 'a line end without a CR'],
  ['PROXY \r\n', 'unknown transport'],
  ['PROXY UDP4 192.0.2.1 198.51.100.2 40000 993\r\n', 'unknown transport'],
  ['PROXY tcp4 192.0.2.1 198.51.100.2 40000 993\r\n', 'unknown transport'],
  ['PROXY  TCP4 192.0.2.1 198.51.100.2 40000 993\r\n', 'unknown transport'],
  ['PROXY TCP4 192.0.2.1 198.51.100.2 40000\r\n', 'wrong number of words'],
  ['PROXY TCP4 192.0.2.1 198.51.100.2 40000 993 \r\n', 'wrong number of words'],
  ['PROXY TCP4 192.0.2.256 198.51.100.2 40000 993\r\n', 'bad client address'],
  ['PROXY TCP4 ::1 198.51.100.2 40000 993\r\n', 'bad client address'],
  ['PROXY TCP6 192.0.2.1 ::1 40000 993\r\n', 'bad client address'],
  ['PROXY TCP6 fe80::1%eth0 ::1 40000 993\r\n', 'bad client address'],
  ['PROXY TCP4 192.0.2.1 mail.example.com 40000 993\r\n', 'bad server address'],
  ['PROXY TCP4 192.0.2.1 198.51.100.2 65536 993\r\n', 'bad client port'],
  ['PROXY TCP4 192.0.2.1 198.51.100.2 -1 993\r\n', 'bad client port'],
  ['PROXY TCP4 192.0.2.1 198.51.100.2 040 993\r\n', 'bad client port'],
  ['PROXY TCP4 192.0.2.1 198.51.100.2 40000 \r\n', 'bad server port'],
  ['PROXY TCP4 192.0.2.1 198.51.100.2 40000 993\n\r\n', 'a line end without a CR'],
]

/** A header of version 2, by its parts. */
function binary(parts: {
  readonly command?: number
  readonly family?: number
  readonly body?: Buffer
  readonly length?: number
}): Buffer {
  const { command = 0x21, family = 0x11, body = Buffer.alloc(12) } = parts
  const length = parts.length ?? body.length
  const head = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
  return Buffer.concat([head, Buffer.of(command, family, length >> 8, length & 0xff), body])
}

const nobody = { address: '0.0.0.0', port: 0 }
const headers: readonly (readonly [why: string, header: Buffer, outcome: object])[] = [
  ['IPv4', binary({}), { kind: 'proxied', source: nobody, destination: nobody, tlvs: [] }],
  [
    'IPv6',
    binary({ family: 0x21, body: Buffer.alloc(36) }),
    {
      kind: 'proxied',
      source: { address: '::', port: 0 },
      destination: { address: '::', port: 0 },
      tlvs: [],
    },
  ],
  ['LOCAL', printProxyLocal(), { kind: 'local' }],
  ['LOCAL with addresses', binary({ command: 0x20 }), { kind: 'local' }],
  [
    'LOCAL with nonsense',
    binary({ command: 0x20, family: 0xff, body: Buffer.of(1) }),
    { kind: 'local' },
  ],
  ['UNSPEC', binary({ family: 0x00, body: Buffer.of(1, 2, 3) }), { kind: 'local' }],
  ['a Unix socket', binary({ family: 0x31, body: Buffer.alloc(216) }), { kind: 'local' }],
  ['datagrams', binary({ family: 0x12 }), { kind: 'local' }],
]

const binaryFaults: readonly (readonly [reason: string, header: Buffer])[] = [
  ['unknown version', binary({ command: 0x11 })],
  ['unknown command', binary({ command: 0x22 })],
  ['unknown transport', binary({ family: 0x41 })],
  ['unknown transport', binary({ family: 0x13 })],
  ['no room for the addresses', binary({ body: Buffer.alloc(11) })],
  ['no room for the addresses', binary({ family: 0x21 })],
  ['bad TLV', binary({ body: Buffer.alloc(14) })],
  ['bad TLV', binary({ body: Buffer.concat([Buffer.alloc(12), Buffer.of(1, 0, 2, 9)]) })],
  ['too long', binary({ length: maxProxyHeader - 15 })],
]

describe('a PROXY header', () => {
  for (const [line, outcome] of lines) {
    it(`of version 1: ${JSON.stringify(line)}`, () => {
      const { tlvs: _, ...parsed } = { tlvs: [], ...parseProxyHeader(Buffer.from(`${line}EHLO`)) }
      assert.deepEqual(parsed, { ...outcome, length: line.length })
    })
  }

  for (const [line, reason] of faults) {
    it(`is not ${JSON.stringify(line.slice(0, 60))}: ${reason}`, () => {
      assert.deepEqual(parseProxyHeader(Buffer.from(line)), { kind: 'invalid', reason })
    })
  }

  for (const [why, header, outcome] of headers) {
    it(`of version 2: ${why}`, () => {
      const received = Buffer.concat([header, Buffer.from('EHLO a\r\n')])
      assert.deepEqual(parseProxyHeader(received), { ...outcome, length: header.length })
    })
  }

  for (const [reason, header] of binaryFaults) {
    it(`of version 2 is invalid: ${reason} (${header.length} octets)`, () => {
      assert.deepEqual(parseProxyHeader(header), { kind: 'invalid', reason })
    })
  }

  it('of the longest allowed is read, and one octet more is refused before it came', () => {
    const longest = binary({ command: 0x20, body: Buffer.alloc(maxProxyHeader - 16) })
    assert.deepEqual(parseProxyHeader(longest), { kind: 'local', length: maxProxyHeader })
    const longer = binary({ length: maxProxyHeader - 15, body: Buffer.alloc(0) })
    assert.deepEqual(parseProxyHeader(longer), { kind: 'invalid', reason: 'too long' })
  })

  const port = fc.nat(65_535)
  const endpoint4 = fc.record({ address: fc.ipV4(), port })
  const endpoint6 = fc.record({ address: fc.ipV6(), port })
  const pair = fc.oneof(fc.tuple(endpoint4, endpoint4), fc.tuple(endpoint6, endpoint6))

  it('is read as it was printed, and is incomplete before its end', () => {
    const tlvs = fc.array(
      fc.record({
        type: fc.nat(255),
        value: fc.uint8Array({ maxLength: 300 }).map(a => Buffer.from(a)),
      }),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(pair, tlvs, fc.boolean(), ([source, destination], extra, old) => {
        const printed = old
          ? printProxyV1(source, destination)
          : printProxyV2(source, destination, extra)
        const parsed = parseProxyHeader(Buffer.concat([printed, Buffer.from('EHLO a\r\n')]))
        assert.ok(parsed.kind === 'proxied')
        assert.equal(parsed.length, printed.length)
        assert.deepEqual(octets(parsed.source), octets(source))
        assert.deepEqual(octets(parsed.destination), octets(destination))
        const values = parsed.tlvs.map(({ type, from, to }) => [
          type,
          printed.toString('hex', from, to),
        ])
        const told = extra.map(({ type, value }) => [type, value.toString('hex')])
        assert.deepEqual(values, old ? [] : told)
        for (let end = 0; end < printed.length; end++) {
          assert.equal(parseProxyHeader(printed.subarray(0, end)).kind, 'incomplete')
        }
      }),
      { numRuns: 100 },
    )
  })

  it('has one family: in version 1 that of the client, in version 2 of two families IPv6', () => {
    const mapped = { address: '::ffff:192.0.2.1', port: 40_000 }
    assert.equal(
      printProxyV1(mapped, six.destination).toString(),
      'PROXY TCP4 192.0.2.1 0.0.0.0 40000 65535\r\n',
    )
    assert.equal(
      printProxyV1(six.source, four.destination).toString(),
      `PROXY TCP6 2001:db8::1 ::ffff:${four.destination.address} 1 993\r\n`,
    )
    assert.equal(printProxyV2(mapped, four.destination)[13], 0x11)
    for (const [source, destination] of [
      [six.source, four.destination],
      [four.source, six.destination],
    ] as const) {
      const printed = printProxyV2(source, destination)
      assert.equal(printed[13], 0x21)
      const parsed = parseProxyHeader(printed)
      assert.ok(parsed.kind === 'proxied')
      assert.deepEqual([parsed.source, parsed.destination], [source, destination])
    }
  })

  it('is found in no octets that a stranger could send, but never makes a reader throw', () => {
    const starts = fc.constantFrom(
      '',
      'PROXY ',
      'PROXY TCP4 ',
      '\r\n\r\n\0\r\nQUIT\n',
      '\r\n\r\n\0\r\nQUIT\n!\x11',
    )
    fc.assert(
      fc.property(starts, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        const received = Buffer.concat([Buffer.from(start, 'latin1'), rest])
        const parsed = parseProxyHeader(received)
        if (parsed.kind === 'proxied' || parsed.kind === 'local') {
          assert.ok(parsed.length <= received.length)
        }
      }),
      { numRuns: 200 },
    )
  })
})

/** An endpoint, in no spelling; v4-mapped is IPv4. */
function octets({ address, port }: ProxyEndpoint): readonly [string, number] {
  const all = address.includes(':')
    ? octetsOf(new URL(`http://[${address}]`).hostname.slice(1, -1))
    : octetsOf(address)
  const hex = all.toString('hex')
  return [hex.replace(/^0{20}ffff/, ''), port]
}
