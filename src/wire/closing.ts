/** Who is told that it is gone. */
interface Closed {
  gone(): void
}

let waiting: Closed[] = []
const now = Promise.resolve()

/**
 * Tells `closed`, whose handle was just closed, once and soon. Its descriptor is back already, and what
 * libuv would call back for, once for each handle, is its memory: nobody waits for that. Instead all that were
 * closed are told together in a microtask, so never amid the call that closed them.
 */
export function tellGone(closed: Closed): void {
  if (waiting.push(closed) === 1) void now.then(tell)
}

function tell(): void {
  const gone = waiting
  waiting = []
  for (const one of gone) one.gone()
}
