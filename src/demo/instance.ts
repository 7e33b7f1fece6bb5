import type { Dialogue, Surroundings } from './dialogue.ts'
import { ImapDialogue } from './imap/dialogue.ts'
import { Pop3Dialogue } from './pop3/dialogue.ts'
import { type Open, serve } from './serve.ts'
import { type Role, SmtpDialogue } from './smtp/dialogue.ts'
import type { Store } from './store.ts'

/** The ports of one instance on 127.0.0.1; 0: any free one. */
export interface Ports {
  readonly imap: number
  readonly pop3: number
  readonly submission: number
  readonly mx: number
}

export interface Instance {
  readonly host: string
  readonly ports: Ports
  close(): Promise<void>
}

/** Opens the four ports of one demo mail server; rejects, with nothing left open, if one is taken. */
export async function openInstance(
  host: string,
  ports: Ports,
  store: Store,
  now: () => Date,
): Promise<Instance> {
  let count = 0
  const newId = () => `${host.split('.')[0]}-${(++count).toString(36).padStart(4, '0')}`
  const smtp = (role: Role) => (around: Surroundings) => new SmtpDialogue(around, role, newId)
  const opened: Open[] = []
  const close = async () => void (await Promise.all(opened.map(one => one.close())))
  const open = async (port: number, dialogue: (around: Surroundings) => Dialogue) => {
    const { login, mailbox } = store
    const one = await serve(port, connection =>
      dialogue({ host, login, mailbox, now, ...connection }),
    )
    opened.push(one)
    return one.port
  }
  try {
    const imap = await open(ports.imap, around => new ImapDialogue(around))
    const pop3 = await open(ports.pop3, around => new Pop3Dialogue(around))
    const submission = await open(ports.submission, smtp('submission'))
    const mx = await open(ports.mx, smtp('mx'))
    return { host, ports: { imap, pop3, submission, mx }, close }
  } catch (cause) {
    await close()
    throw new Error(`the demo's mail server ${host} could not listen`, { cause })
  }
}
