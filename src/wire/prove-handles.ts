import { createServer } from 'node:net'
import { type Connection, nobody, type Receiver } from './connection.ts'
import { type Handles, loadHandles } from './handles.ts'
import { Lender } from './lend.ts'
import { Sockets } from './sockets.ts'

/** Milliseconds that the trial may take. */
const patience = 2_000
/** More than a socket takes at once, so that a part of it has to wait. */
const size = 8 * 1024 * 1024

/**
 * The handles of this Node, after two connections on them have said to each other what they should, each
 * to its end; else why Node's streams are to be used.
 */
export async function provenHandles(): Promise<Handles | string> {
  const handles = loadHandles()
  if (!handles) return 'the handles of sockets are not those that are known'
  try {
    return (await isTrue(handles)) ? handles : 'a trial of the handles of sockets failed'
  } catch (error) {
    return `a trial of the handles of sockets failed: ${error instanceof Error ? error.message : error}`
  }
}

/** Sends a question one way and a long answer the other, over a connection of our own. */
async function isTrue(handles: Handles): Promise<boolean> {
  const sockets = new Sockets(new Lender(), handles)
  const server = createServer({ allowHalfOpen: true })
  const answer = Buffer.alloc(size, 'postern')
  const gone = Promise.withResolvers<void>()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const answering: Receiver = {
    ...nobody,
    received(octets, _, from) {
      if (octets.toString() !== 'question') from.destroy()
      else from.write(answer)
      from.end()
    },
  }
  sockets.accept(server, connection => connection.attach(answering), gone.reject)
  const timer = setTimeout(() => gone.reject(new Error('it took too long')), patience)
  let asking: Connection | undefined
  try {
    const address = server.address()
    if (typeof address !== 'object' || address === null) return false
    asking = await sockets.connect('127.0.0.1', address.port)
    let heard = 0
    asking.attach({
      ...nobody,
      received(octets) {
        const from = heard % 'postern'.length
        if (answer.compare(octets, 0, octets.length, from, from + octets.length) !== 0)
          gone.reject(new Error('other octets came'))
        heard += octets.length
      },
      ended: from => from.end(),
      closed: () => gone.resolve(),
    })
    asking.write('question')
    await gone.promise
    return heard === size
  } finally {
    clearTimeout(timer)
    asking?.destroy()
    server.close()
  }
}
