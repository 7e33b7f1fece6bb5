/**
 * The demo's mail server as a pod: IMAP on 1143, POP3 on 1110, submission on 1587, mail without login on
 * 1025. It listens on loopback, so what comes from the pod's address is passed on.
 */
import { connect, createServer } from 'node:net'
import { hostname } from 'node:os'
import { pipeline } from 'node:stream'
import { openInstance } from '../../src/demo/instance.ts'
import { demoUsers, openStore } from '../../src/demo/store.ts'

const anyPorts = { imap: 0, pop3: 0, submission: 0, mx: 0 }
const instance = await openInstance(hostname(), anyPorts, openStore(demoUsers, 1), () => new Date())
const { imap, pop3, submission, mx } = instance.ports
for (const [open, inner] of [
  [1143, imap],
  [1110, pop3],
  [1587, submission],
  [1025, mx],
] as const) {
  createServer({ allowHalfOpen: true }, client => {
    const server = connect({ port: inner, host: '127.0.0.1', allowHalfOpen: true })
    pipeline(client, server, client, () => {})
  }).listen(open)
}
process.on('SIGTERM', () => process.exit(0))
