import type { Place } from './connection.ts'
import type { Name, StreamHandle } from './handles.ts'

/** One end of the connection on `handle`: the peer's or ours; `undefined` where the kernel knows none. */
export function placeOf(
  handle: StreamHandle,
  ask: 'getpeername' | 'getsockname',
): Place | undefined {
  // A property that is there already costs Node less to set.
  const name: Name = { address: '', family: '', port: 0 }
  if (handle[ask]?.(name) !== 0 || name.address === '') return undefined
  return { address: name.address, port: name.port }
}
