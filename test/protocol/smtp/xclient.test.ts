import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { xclient, xtext } from '../../../src/protocol/smtp/xclient.ts'
import { type LegLook, leg } from '../../support/leg.ts'

const postfix = new Set([
  'NAME',
  'ADDR',
  'PROTO',
  'HELO',
  'REVERSE_NAME',
  'PORT',
  'LOGIN',
  'DESTADDR',
  'DESTPORT',
])

function lines(look: LegLook, listed: ReadonlySet<string> = postfix, login?: string) {
  return xclient(leg(look), listed, login === undefined ? undefined : Buffer.from(login, 'latin1'))
}

test('tells only attributes that are listed', () => {
  assert.deepEqual(lines({}, new Set(['ADDR', 'FOO'])), ['XCLIENT ADDR=198.51.100.7'])
})

test('tells Exim, which lists neither PROTO nor HELO, IPv6 addresses bare', () => {
  const exim = new Set(['ADDR', 'NAME', 'PORT', 'LOGIN', 'DESTADDR', 'DESTPORT'])
  assert.deepEqual(lines({ client: { address: '2001:db8::5', publicPort: 25 } }, exim), [
    'XCLIENT DESTPORT=25 ADDR=2001:db8::5 PORT=40000 NAME=[UNAVAILABLE]',
  ])
})

test('splits what a line cannot hold, and keeps what identifies the client together and last', () => {
  const attempt = { greeted: { verb: 'EHLO', name: 'h'.repeat(250) } } as const
  const look: LegLook = { attempt, client: { name: 'n'.repeat(200), publicPort: 25 } }
  assert.deepEqual(lines(look, postfix, 'alice'), [
    `XCLIENT PROTO=ESMTP HELO=${'h'.repeat(250)} DESTPORT=25`,
    `XCLIENT ADDR=198.51.100.7 PORT=40000 LOGIN=alice NAME=${'n'.repeat(200)}`,
  ])
})

test('gives up the name before it splits it from the address', () => {
  const told = lines({ client: { name: 'n'.repeat(250) } }, postfix, 'u'.repeat(255))
  assert.equal(
    told?.at(-1),
    `XCLIENT DESTPORT=993 ADDR=198.51.100.7 PORT=40000 LOGIN=${'u'.repeat(255)} NAME=[UNAVAILABLE]`,
  )
})

test('tells no login that is longer than a value may be', () => {
  assert.equal(lines({}, postfix, 'u'.repeat(256)), undefined)
})

test('no octets make more than one value of a value, or more than one line of a line', () => {
  const octets = fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes))
  fc.assert(
    fc.property(octets, octets, octets, (login, helo, name) => {
      const greeted = { verb: 'EHLO', name: helo.toString('latin1') } as const
      const look = { attempt: { greeted }, client: { name: name.toString('latin1') } }
      for (const line of xclient(leg(look), postfix, login) ?? []) {
        assert.match(line, /^XCLIENT( [A-Z]+=[\x21-\x7e]{1,255})+$/)
        assert.ok(line.length <= 510)
      }
      assert.match(xtext(login), /^([\x21-\x2a\x2c-\x3c\x3e-\x7e]|\+[0-9A-F]{2})*$/)
    }),
    { numRuns: 200 },
  )
})
