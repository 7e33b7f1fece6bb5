import type { Socket } from 'node:net'

export type Line =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'none'; readonly reason: string }

/**
 * Reads the one line that a peer sends, of at most `cap` octets, and leaves the socket open. Never
 * rejects; what comes behind the line is thrown away.
 */
export function readLine(socket: Socket, cap: number): Promise<Line> {
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let length = 0
    const none = (reason: string): void => resolve({ kind: 'none', reason })
    socket.on('error', error => none(error.message))
    socket.on('close', () => none('the connection was closed before the end of the line'))
    socket.on('end', () => none('the connection was closed before the end of the line'))
    const receive = (chunk: Buffer): void => {
      const end = chunk.indexOf('\n')
      const part = end < 0 ? chunk : chunk.subarray(0, end)
      length += part.length
      if (length > cap) {
        socket.off('data', receive)
        socket.pause()
        none(`the line is longer than ${cap} octets`)
        return
      }
      chunks.push(part)
      if (end < 0) return
      socket.off('data', receive)
      // Without a listener the rest flows away, so that the other side's end is still noticed.
      socket.resume()
      resolve({ kind: 'line', text: Buffer.concat(chunks).toString('utf8') })
    }
    socket.on('data', receive)
  })
}
