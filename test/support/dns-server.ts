import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** What a question such as `PTR 1.0.0.127.in-addr.arpa` is answered with: records, or a code (RFC 1035 4.1.1). */
export type DnsAnswer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'silence'

export interface DnsServer {
  readonly port: number
  readonly asked: readonly string[]
  stop(): Promise<void>
}

const types = new Map([
  [1, 'A'],
  [12, 'PTR'],
  [28, 'AAAA'],
])

/** A name server on 127.0.0.1; what it does not know does not exist, `ttl` is in seconds. */
export async function startDnsServer(
  answers: Readonly<Record<string, DnsAnswer>>,
  ttl = 60,
): Promise<DnsServer> {
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    const { name, type, end } = question(query)
    const what = `${types.get(type)} ${name}`
    asked.push(what)
    const answer = Object.hasOwn(answers, what) ? answers[what] : undefined
    if (answer === 'silence') return
    socket.send(reply(query.subarray(0, end), type, answer ?? 'NXDOMAIN', ttl), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    port: socket.address().port,
    asked,
    stop: async () => {
      socket.close()
      await once(socket, 'close')
    },
  }
}

function question(query: Buffer) {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

function reply(
  asked: Buffer,
  type: number,
  answer: Exclude<DnsAnswer, 'silence'>,
  ttl: number,
): Buffer {
  const records = typeof answer === 'string' ? [] : answer
  const head = Buffer.from(asked)
  const code = answer === 'NXDOMAIN' ? 3 : answer === 'SERVFAIL' ? 2 : 0
  head.writeUInt16BE(0x8180 | code, 2)
  head.writeUInt16BE(records.length, 6)
  head.writeUInt16BE(0, 8)
  head.writeUInt16BE(0, 10)
  return Buffer.concat([head, ...records.map(record => resource(type, record, ttl))])
}

function resource(type: number, record: string, ttl: number): Buffer {
  const data = type === 1 ? Buffer.from(record.split('.').map(Number)) : nameOf(record)
  const head = Buffer.alloc(12)
  // The name is that of the question.
  head.writeUInt16BE(0xc00c)
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(ttl, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

function nameOf(name: string): Buffer {
  const labels = name
    .split('.')
    .map(label => Buffer.concat([Buffer.of(label.length), Buffer.from(label, 'latin1')]))
  return Buffer.concat([...labels, Buffer.of(0)])
}
