import { parseArgs } from 'node:util'
import { type Form, forms } from './form.ts'
import { type Row, rows } from './rows.ts'
import { type System, systems } from './systems.ts'

export interface Options {
  readonly form: Form
  readonly rows: readonly Row[]
  readonly systems: readonly System[]
}

export const usage = `usage: npm run bench -- [--quick] [--rounds N] [--rows ID,...] [--systems NAME,...]
  rows: ${rows.map(({ id }) => id).join(' ')}
  systems: ${systems.map(({ name }) => name).join(' ')}`

/** What the command line asks for, or what is wrong with it. */
export function parseOptions(words: readonly string[]): Options | { readonly fault: string } {
  const parsed = read(words)
  if ('fault' in parsed) return parsed
  const { quick, rounds, rows: ids, systems: names } = parsed
  const form = forms[quick ? 'quick' : 'full']
  if (rounds !== undefined && !/^[1-9][0-9]{0,2}$/.test(rounds))
    return { fault: `--rounds takes a number from 1 to 999, not "${rounds}"` }
  const known = rows.filter(row => form.long || !row.onlyFull)
  const chosen = pick(ids, ids === undefined ? known : rows, ({ id }) => id, 'row')
  if ('fault' in chosen) return chosen
  const sides = pick(names, systems, ({ name }) => name, 'system')
  if ('fault' in sides) return sides
  return {
    form: rounds === undefined ? form : { ...form, rounds: Number(rounds) },
    rows: chosen.items,
    systems: sides.items,
  }
}

interface Flags {
  readonly quick?: boolean | undefined
  readonly rounds?: string | undefined
  readonly rows?: string | undefined
  readonly systems?: string | undefined
}

function read(words: readonly string[]): Flags | { readonly fault: string } {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        quick: { type: 'boolean' },
        rounds: { type: 'string' },
        rows: { type: 'string' },
        systems: { type: 'string' },
      },
    })
    return values
  } catch (fault) {
    return { fault: fault instanceof Error ? fault.message : String(fault) }
  }
}

function pick<T>(
  list: string | undefined,
  items: readonly T[],
  name: (item: T) => string,
  what: string,
): { readonly items: readonly T[] } | { readonly fault: string } {
  if (list === undefined) return { items }
  const wanted = new Set(list.split(','))
  const unknown = [...wanted].find(word => !items.some(item => name(item) === word))
  if (unknown !== undefined) return { fault: `there is no ${what} "${unknown}"` }
  return { items: items.filter(item => wanted.has(name(item))) }
}
