import { timingSafeEqual } from 'node:crypto'
import { Folder } from './folder.ts'

export interface Mailbox {
  /** The user and address that it belongs to. */
  readonly user: string
  readonly folders: readonly Folder[]
  readonly inbox: Folder
}

export interface User {
  readonly user: string
  readonly password: string
}

export const demoUsers: readonly User[] = [
  { user: 'alice@example.com', password: 'secret' },
  { user: 'bob@example.org', password: 'secret' },
]

/**
 * The mailboxes that all instances of the demo's mail server share, as replicated backends would:
 * mail that one of them took can be read at the other.
 */
export interface Store {
  login(user: string, password: string): Mailbox | undefined
  mailbox(address: string): Mailbox | undefined
}

/** `epoch` becomes the UIDVALIDITY of every folder: mailboxes in memory are new at each start. */
export function openStore(users: readonly User[], epoch: number): Store {
  const mailboxes = new Map(
    users.map(({ user, password }) => [user, { password, mailbox: newMailbox(user, epoch) }]),
  )
  const mailbox = (address: string) => mailboxes.get(address.toLowerCase())?.mailbox
  const login = (user: string, password: string) => {
    const known = mailboxes.get(user.toLowerCase())
    return known && same(known.password, password) ? known.mailbox : undefined
  }
  return { login, mailbox }
}

function newMailbox(user: string, epoch: number): Mailbox {
  const inbox = new Folder('INBOX', epoch)
  const others = ['Drafts', 'Sent', 'Trash'].map(name => new Folder(name, epoch, `\\${name}`))
  return { user, inbox, folders: [inbox, ...others] }
}

function same(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
