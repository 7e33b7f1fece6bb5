import type { Mailbox } from './store.ts'

/** What a dialogue waits for. */
export type Want =
  /** One line of at most so many octets, given without its CRLF or LF. */
  | { readonly kind: 'line'; readonly atMost: number }
  /** The same, given with its line end, which decides where an SMTP body ends. */
  | { readonly kind: 'raw-line'; readonly atMost: number }
  | { readonly kind: 'octets'; readonly count: number }

/** Text is latin1: one character an octet. */
export type Chunk = string | Buffer

export interface Answer {
  readonly send: readonly Chunk[]
  readonly close?: true
}

/** One connection's conversation; it never sees the socket, and no bytes make it throw. */
export interface Dialogue {
  readonly greeting: string
  readonly wants: Want
  /** `input` is what `wants` asked for: a view that is not kept. */
  receive(input: Buffer): Answer
  /** The client sent more than `wants` allows; the connection is closed after the answer. */
  tooLong(): Answer
  /** The connection has gone. */
  end(): void
}

/** What a dialogue is given of its surroundings. */
export interface Surroundings {
  /** Which instance this is, e.g. `mail-0.demo`. */
  readonly host: string
  readonly peer: { readonly address: string; readonly port: number }
  /** The mailbox behind a login, if the password fits. */
  login(user: string, password: string): Mailbox | undefined
  /** The mailbox behind an address. */
  mailbox(address: string): Mailbox | undefined
  now(): Date
  /** Says something that nobody asked for: IDLE's EXISTS. */
  push(text: string): void
}

/** A client that errs this often is sent away. */
export const maxErrors = 20

/** Octets that one message may have: 25 MiB. */
export const maxMessage = 26_214_400
