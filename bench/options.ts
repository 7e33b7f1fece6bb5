import { parseArgs } from 'node:util'
import { type Form, forms } from './form.ts'
import { asking, type Port, type PortNumbers } from './ports.ts'
import type { Row } from './row.ts'
import { rows } from './rows.ts'
import { namedPeer, type System, systems } from './systems.ts'

export interface Options {
  readonly form: Form
  readonly rows: readonly Row[]
  readonly systems: readonly System[]
}

interface Fault {
  readonly fault: string
}

export const usage = `usage: npm run bench -- [--quick] [--rounds N] [--rows ID,...] [--systems NAME,...]
    [--peer NAME --peer-command COMMAND ${asking.map(port => `[--peer-${port} PORT]`).join(' ')}]
  rows: ${rows.map(({ id }) => id).join(' ')}
  systems: ${systems.map(({ name }) => name).join(' ')}`

/** The quick form compares with nginx alone. */
const quickSystems = systems.filter(({ name, role }) => role === 'main' || name === 'nginx-64k')

/** What the command line asks for, or what is wrong with it. */
export function parseOptions(words: readonly string[]): Options | Fault {
  const parsed = read(words)
  if ('fault' in parsed) return parsed
  const { quick, rounds, rows: ids, systems: names } = parsed
  const form = forms[quick ? 'quick' : 'full']
  if (rounds !== undefined && !/^[1-9][0-9]{0,2}$/.test(rounds))
    return { fault: `--rounds takes a number from 1 to 999, not "${rounds}"` }
  const known = rows.filter(row => form.name === 'full' || row.quick)
  const chosen = pick(ids, ids === undefined ? known : rows, ({ id }) => id, 'row')
  if ('fault' in chosen) return chosen
  const usual = form.name === 'full' ? systems : quickSystems
  const sides = pick(names, names === undefined ? usual : systems, ({ name }) => name, 'system')
  if ('fault' in sides) return sides
  const peer = peerOf(parsed)
  if (peer !== undefined && 'fault' in peer) return peer
  return {
    // Rounds that were asked for are all made.
    form: rounds === undefined ? form : { ...form, rounds: Number(rounds), seconds: undefined },
    rows: chosen.items,
    systems: peer === undefined ? sides.items : [peer, ...sides.items],
  }
}

type Flags = ReturnType<typeof parse>

function parse(words: readonly string[]) {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...words],
    options: {
      quick: { type: 'boolean' },
      rounds: text,
      rows: text,
      systems: text,
      peer: text,
      'peer-command': text,
      'peer-imap': text,
      'peer-imaps': text,
      'peer-pop3': text,
      'peer-pop3s': text,
      'peer-smtp': text,
      'peer-smtps': text,
    },
  })
  return values
}

function read(words: readonly string[]): Flags | Fault {
  try {
    return parse(words)
  } catch (fault) {
    return { fault: fault instanceof Error ? fault.message : String(fault) }
  }
}

/** The proxy that the command line names; `undefined` where it names none. */
function peerOf(flags: Flags): System | Fault | undefined {
  const numbers: Partial<Record<Port, number>> = {
    ...numberOf('imap', flags['peer-imap']),
    ...numberOf('imaps', flags['peer-imaps']),
    ...numberOf('pop3', flags['peer-pop3']),
    ...numberOf('pop3s', flags['peer-pop3s']),
    ...numberOf('smtp', flags['peer-smtp']),
    ...numberOf('smtps', flags['peer-smtps']),
  }
  const { peer: name, 'peer-command': command } = flags
  if (name === undefined && command === undefined && Object.keys(numbers).length === 0) return
  if (!name || !command || Object.keys(numbers).length === 0)
    return { fault: 'a peer needs --peer, --peer-command and at least one port' }
  if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(name) || systems.some(system => system.name === name))
    return { fault: `--peer takes a name of its own in small letters, not "${name}"` }
  const wrong = asking.find(port => !isPort(numbers[port] ?? 1))
  if (wrong) return { fault: `--peer-${wrong} takes a port from 1 to 65535` }
  const fixed: Partial<PortNumbers> = numbers
  return namedPeer(name, command, fixed)
}

function numberOf(port: Port, text: string | undefined): Partial<Record<Port, number>> {
  return text === undefined ? {} : { [port]: /^[0-9]{1,5}$/.test(text) ? Number(text) : 0 }
}

function isPort(number: number): boolean {
  return number >= 1 && number <= 65_535
}

function pick<T>(
  list: string | undefined,
  items: readonly T[],
  name: (item: T) => string,
  what: string,
): { readonly items: readonly T[] } | Fault {
  if (list === undefined) return { items }
  const wanted = new Set(list.split(','))
  const unknown = [...wanted].find(word => !items.some(item => name(item) === word))
  if (unknown !== undefined) return { fault: `there is no ${what} "${unknown}"` }
  return { items: items.filter(item => wanted.has(name(item))) }
}
