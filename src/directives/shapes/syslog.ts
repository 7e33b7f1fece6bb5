import { facilities, type Syslog } from '../../words/syslog.ts'
import { parseAddressPort, parsePort, printAddressPort } from '../address.ts'
import { quote } from '../error.ts'
import type { Scope } from '../shape.ts'
import type { Word } from '../syntax.ts'
import { hostName } from './auth-http.ts'

/** RFC 5426 3.3. */
const usualPort = 514

/** nginx's words. */
const severities: ReadonlySet<string> = new Set(
  'emerg alert crit error warn notice info debug'.split(' '),
)

const usual = { port: usualPort, facility: 'local7', tag: 'postern', hostname: true } as const

/** What the words behind `syslog:` say, one fault for each that says nothing. */
export function syslog({ text, position }: Word, scope: Scope): Syslog | undefined {
  const read = text.slice('syslog:'.length).split(',').map(parameter)
  const wrong = read.filter(one => typeof one === 'string')
  for (const word of wrong) {
    const takes = 'server=ADDRESS[:PORT], facility=, tag= and nohostname'
    scope.fault(position, `invalid syslog parameter ${quote(word)}, it takes ${takes}`)
  }
  const said: Partial<Syslog> = Object.assign({}, ...read)
  const { host } = said
  if (wrong.length > 0) return undefined
  if (host !== undefined) return { ...usual, ...said, host }
  scope.fault(position, 'no syslog server is named: syslog:server=ADDRESS')
  return undefined
}

export function printSyslog({ host, port, facility, tag, hostname }: Syslog): string {
  const words = [
    `server=${printAddressPort({ address: host, port })}`,
    `facility=${facility}`,
    `tag=${tag}`,
    ...(hostname ? [] : ['nohostname']),
  ]
  return `syslog:${words.join(',')}`
}

/** The word itself where it says nothing. */
function parameter(word: string): Partial<Syslog> | string {
  if (word === 'nohostname') return { hostname: false }
  const [, key, value = ''] = /^(\w+)=(.*)$/s.exec(word) ?? []
  if (key === 'server') return server(value) ?? word
  const facility = facilities.find(known => key === 'facility' && known === value)
  if (facility) return { facility }
  // Each record has the level of what is logged; nginx's word says only what the others do not.
  if (key === 'severity') return severities.has(value) ? {} : word
  return key === 'tag' && /^[A-Za-z0-9_]{1,32}$/.test(value) ? { tag: value } : word
}

function server(place: string): Partial<Syslog> | undefined {
  const literal = parseAddressPort(place) ?? parseAddressPort(`${place}:${usualPort}`)
  if (literal) return { host: literal.address, port: literal.port }
  const [, host = '', digits] = /^([^:]*)(?::(\d+))?$/.exec(place) ?? []
  const port = digits === undefined ? usualPort : parsePort(digits)
  return hostName.test(host) && port !== undefined ? { host, port } : undefined
}
