import type { Door } from './protocol.ts'

/**
 * A door whose sessions begin alike, unless each has a salt of its own: what they begin with holds
 * nothing of a session, so it is made once.
 */
export function opened(salted: boolean, greet: Door['greet']): Door {
  if (salted) return { salted, greet }
  const inClear = greet({ secure: false, salt: '' })
  const overTls = greet({ secure: true, salt: '' })
  return { salted, greet: ({ secure }) => (secure ? overTls : inClear) }
}
