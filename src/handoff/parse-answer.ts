import type { Answer, ListenerAnswer } from './answer.ts'
import { isGeneration } from './layout.ts'

type Fields = ReadonlyMap<string, unknown>

/**
 * The answer in a line of JSON; `undefined` if it is none. The relay talks to strangers, so the
 * controller believes its answer only as far as its shape goes.
 */
export function parseAnswer(line: string): Answer | undefined {
  const found = fields(parseJson(line))
  const generation = found?.get('generation')
  if (!found || typeof generation !== 'string' || !isGeneration(generation)) return undefined
  switch (found.get('kind')) {
    case 'applied': {
      const listeners = all(found.get('listeners'), listenerAnswer)
      return listeners && { kind: 'applied', generation, listeners }
    }
    case 'refused': {
      const errors = all(found.get('errors'), text)
      return errors && { kind: 'refused', generation, errors }
    }
    default:
      return undefined
  }
}

/** The generation that a line of JSON asks to apply. */
export function parseRequest(line: string): string | undefined {
  const generation = fields(parseJson(line))?.get('apply')
  return typeof generation === 'string' && isGeneration(generation) ? generation : undefined
}

function listenerAnswer(value: unknown): ListenerAnswer | undefined {
  const found = fields(value)
  const name = text(found?.get('name'))
  const address = text(found?.get('address'))
  const port = found?.get('port')
  if (!found || name === undefined || address === undefined || typeof port !== 'number')
    return undefined
  const outcome = found.get('outcome')
  if (outcome === 'applied') return { name, address, port, outcome }
  const reason = text(found.get('reason'))
  return (outcome === 'kept' || outcome === 'failed') && reason !== undefined
    ? { name, address, port, outcome, reason }
    : undefined
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function all<T>(value: unknown, read: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined
  const items = value.map(read).filter(item => item !== undefined)
  return items.length === value.length ? items : undefined
}

const fields = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
