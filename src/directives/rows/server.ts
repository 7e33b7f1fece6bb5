import { protocolNames } from '../../words/protocol-name.ts'
import { every, optional } from '../row.ts'
import { one } from '../shape.ts'
import { listen } from '../shapes/listen.ts'
import { oneOf } from '../values.ts'
import { saidByListeners } from './without.ts'

/** What says which server it is, and is never inherited. */
export const ownRows = {
  listen: every(listen, {
    contexts: ['server'],
    field: saidByListeners,
    doc: 'An address and port to accept clients on, with `ssl` by TLS from the first octet, with `proxy_protocol` behind a PROXY header. A port alone is every IPv4 address, `8143-8149` a range of ports; a host name is every address that it has when the text is read. Beside every address of a family (`143`, `[::]:143`) a single one of the same port, of another server, has no socket of its own: it gets the connections that arrive at it. `public=` is the port that clients use, where it is another (of a range, the first of those); `name=` is what the log and the metrics call the listener. `bind` asks for a socket of its own, which every address without such company has. `rcvbuf=`, `sndbuf=` and `multipath` are taken and have no effect.',
  }),
  protocol: optional(one('imap | pop3 | smtp', oneOf(...protocolNames)), {
    contexts: ['server'],
    repeat: 'replaces',
    default: '(from the port)',
    field: saidByListeners,
    doc: 'What is spoken. Without it the first `listen` whose port, or public port, is a known one decides: 143 and 993, 110 and 995, 25, 465 and 587.',
  }),
}
