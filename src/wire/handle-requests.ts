import type { Connection } from './connection.ts'
import type { Handles, Request, StreamHandle } from './handles.ts'
import type { Lender } from './lend.ts'
import { wipe } from './octets.ts'

/**
 * What is under way on handles: writes that the kernel did not take at once, and ends of our half. Most
 * writes are done at once; the request of such a one is used again for the next.
 */

/** What the connections of a process share. */
export interface Pool {
  readonly handles: Handles
  readonly lender: Lender
  spare: WriteRequest | undefined
}

/** Who is told of what became of a request. */
export interface Requester {
  /** So many octets have to wait. */
  waits(size: number): void
  /** The kernel has taken octets that had to wait, or never will (`status` below 0). */
  wrote(size: number, status: number): void
  /** Our half is ended. */
  shut(): void
}

export interface WriteRequest extends Request {
  by?: Requester
  size?: number
  /** What must not be collected before the kernel has it. */
  data?: Data
  /** What is zeroed then. */
  secret?: Buffer | undefined
  /** Whose private buffer is written, which must not be read into before. */
  source?: Connection | undefined
}

interface ShutdownRequest extends Request {
  by?: Requester
}

/** Text of one character an octet, octets, or several pieces of them. */
export type Data = string | Buffer | readonly Buffer[]

/** Writes `size` octets to `handle`; 0, or libuv's error. */
export function write(
  by: Requester & { readonly pool: Pool; readonly handle: StreamHandle },
  data: Data,
  size: number,
  secret?: Buffer,
  source?: Connection,
): number {
  const { pool, handle } = by
  const { handles } = pool
  const request: WriteRequest = pool.spare ?? handles.newWrite()
  pool.spare = undefined
  const error = handOver(handle, request, data)
  if (error === 0 && handles.state[handles.wroteLater] !== 0) {
    request.by = by
    request.size = size
    request.data = data
    request.secret = secret
    request.source = source
    request.oncomplete = onWritten
    by.waits(size)
    source?.withhold()
    return 0
  }
  if (secret) wipe(secret)
  if (error === 0) pool.spare = request
  return error
}

function handOver(handle: StreamHandle, request: WriteRequest, data: Data): number {
  if (typeof data === 'string') return handle.writeLatin1String(request, data)
  return data instanceof Uint8Array
    ? handle.writeBuffer(request, data)
    : handle.writev(request, data, true)
}

function onWritten(this: WriteRequest, status: number): void {
  this.secret?.fill(0)
  this.by?.wrote(this.size ?? 0, status)
  this.source?.giveOn()
}

/** Ends our half of `handle` once all is written; 0, or libuv's error. */
export function shutdown(pool: Pool, handle: StreamHandle, by: Requester): number {
  const request: ShutdownRequest = pool.handles.newShutdown()
  request.by = by
  request.oncomplete = onShut
  const error = handle.shutdown(request)
  if (error !== 1) return error
  // It is done already.
  by.shut()
  return 0
}

function onShut(this: ShutdownRequest): void {
  this.by?.shut()
}
