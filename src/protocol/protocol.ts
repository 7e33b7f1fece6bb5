import type { Failure } from '../words/failure.ts'
import type { Identity } from '../words/identity.ts'
import type { Bearer, Mechanism } from '../words/mechanism.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import type { Relayed } from '../words/relayed.ts'
import type { Stage } from '../words/stage.ts'
import type { BackendTls, StartTls } from '../words/starttls.ts'

/**
 * The contract between the protocols, which decide, and the session, which does. All of it is pure:
 * a `Front` or a `Back` is an immutable value that is given what the peer sent and answers with a
 * step, whose `next` takes its place. No step throws, whatever the bytes.
 */

/** What a front waits for: a line of at most so many octets (without its end), or so many octets. */
export type Want =
  | { readonly kind: 'line'; readonly atMost: number }
  | { readonly kind: 'octets'; readonly count: number }

/** The half that faces the client, between its greeting and its login. */
export interface Front {
  readonly wants: Want
  /**
   * `input` is a line without its CRLF or LF (a CR elsewhere stays in it), or the wanted octets. It
   * is a view that is zeroed after the call: whatever is kept is copied.
   */
  receive(input: Buffer): Step
  /** The client sent more than `wants` allows without a line end. Always a `close`. */
  tooLong(): Step
}

/** `text` is what the client is told, with its line ends, one character an octet (latin1); may be empty. */
export type Step =
  | {
      readonly do: 'reply'
      readonly text: string
      readonly next: Front
      /** Counts toward `max_errors`: the line was no command at all (never a wrong argument or state). */
      readonly fault?: true
    }
  /** Say `text`, drop whatever the client sent behind it, do the handshake, go on with `next`. */
  | { readonly do: 'starttls'; readonly text: string; readonly next: Front }
  /** Judge `attempt`; where it is refused and the session stays, go on with `next`. */
  | { readonly do: 'authenticate'; readonly attempt: Attempt; readonly next: Front }
  | { readonly do: 'close'; readonly text: string }

/** What SMTP clients said in HELO or EHLO; `name` in latin1, as it came. */
export interface Greeted {
  readonly verb: 'HELO' | 'EHLO'
  readonly name: string
}

/** One try to log in, or, for SMTP without login, the first recipient. */
export interface Attempt {
  readonly mechanism: Mechanism
  /** IMAP's tag; empty in the other protocols. */
  readonly tag: string
  /** The user name as the client sent it; empty for `none`. Zeroed by the session when done. */
  readonly login: Buffer
  /** The password, or the digest of `apop` and `cram-md5`; empty for `external` and `none`. */
  readonly password: Buffer
  /** The challenge of `apop` and `cram-md5`, `<…@…>`; else empty. */
  readonly salt: string
  /** SMTP only, and only if the client greeted. */
  readonly greeted?: Greeted | undefined
  /** `none` only: the client's MAIL line, without CRLF and trailing spaces. */
  readonly mail?: Buffer | undefined
  /** `none` only: the client's RCPT line, likewise. */
  readonly rcpt?: Buffer | undefined
}

/** What a server block says that its front must know. */
export interface FrontSettings {
  readonly serverName: string
  readonly starttls: StartTls
  /** The words of the `*_auth` directive, in its order. */
  readonly mechanisms: readonly Mechanism[]
  /** The words of the `*_capabilities` directive; for SMTP, each is one EHLO line. */
  readonly capabilities: readonly string[]
  /** Octets that one whole command may take, literals included: `imap_client_buffer` and its kin. */
  readonly clientBuffer: number
}

/** The front of one server block; its texts are made once, when the configuration is loaded. */
export interface Door {
  /** Whether a challenge goes into the greeting, so that the session must make one (`<…@…>`). */
  readonly salted: boolean
  /** What a fresh session says first. `salt` is empty unless `salted`. */
  greet(session: { readonly secure: boolean; readonly salt: string }): {
    readonly text: string
    readonly next: Front
  }
}

/** Who the client is, as the backend is told. Addresses are canonical, v4-mapped ones IPv4, IPv6 bare. */
export interface Client {
  /** The session's id, at most 64 characters of `[A-Za-z0-9+/-]`. */
  readonly session: string
  readonly address: string
  readonly port: number
  /** Forward-confirmed, else `[UNAVAILABLE]` or `[TEMPUNAVAIL]`. */
  readonly name: string
  /** Where the client connected to, where that is known; the port is the public one. */
  readonly dialled?: { readonly address: string; readonly port: number } | undefined
  /** The end of the client's connection that is ours, translated or not; none of a Unix socket. */
  readonly reached?: { readonly address: string; readonly port: number } | undefined
  /** What a PROXY header said, believed or not. */
  readonly proxied?:
    | {
        readonly source: { readonly address: string; readonly port: number }
        readonly destination: { readonly address: string; readonly port: number }
      }
    | undefined
  /** The listener's public port. */
  readonly publicPort: number
  readonly secure: boolean
  /** The SNI name that the client asked for, if it is a valid DNS name. */
  readonly serverName?: string | undefined
}

/** Whose judgement the login is: the backend's, or one that was made at the edge. */
export type Judge = 'backend' | 'edge'

/** All that the back half of one session needs to know. */
export interface Leg {
  readonly attempt: Attempt
  /** What to log in with: the attempt's, or what the auth server put in its place. */
  readonly login: Buffer
  /** `undefined`: no password is known (EXTERNAL, a digest). */
  readonly password: Buffer | undefined
  readonly judge: Judge
  /** The password is a token that the client sent by this mechanism, and is repeated by one of its kind. */
  readonly bearer?: Bearer | undefined
  readonly client: Client
  readonly serverName: string
  /** `proxy_ssl`; with `on` the leg is secure from its first octet. */
  readonly tls: BackendTls
  /** SMTP: `xclient`. */
  readonly xclient: boolean
  /** IMAP ID and POP3 XCLIENT: `proxy_identity`. */
  readonly identify: boolean
  /** SMTP: log in to the backend although the edge judged (`proxy_smtp_auth`). */
  readonly smtpAuth: boolean
}

/** The half that faces the backend, from its greeting to the end of the login. */
export interface Back {
  /** What it is doing, for the log, the deadline and the metrics. */
  readonly stage: Stage
  /**
   * `line` is one line without its CRLF or LF, a view that is overwritten after the call. Multi-line
   * replies are taken line by line (`wait` until the last).
   */
  receive(line: Buffer): BackStep
}

export type BackStep =
  | { readonly do: 'wait'; readonly next: Back }
  /** `bytes` are zeroed by the session once written. */
  | { readonly do: 'send'; readonly bytes: Buffer; readonly next: Back }
  /** Nothing that the backend sent behind this line counts; after the handshake do `then`. */
  | { readonly do: 'starttls'; readonly then: BackStep }
  /** The login is done: tell the client `reply` (empty: nothing), then bytes flow both ways. */
  | { readonly do: 'relay'; readonly reply: Buffer; readonly facts: BackFacts }
  /** The backend judged and refused: tell the client `reply`, its session stays. */
  | { readonly do: 'refused'; readonly reply: Buffer; readonly facts: BackFacts }
  | {
      readonly do: 'fail'
      readonly failure: Failure
      /** A fragment that finishes "the backend …", without anything that a stranger sent. */
      readonly reason: string
      readonly facts: BackFacts
      /** The reply that caused it, whole and as it came, for `proxy_pass_error_message`. */
      readonly reply?: Buffer
    }

/** What a leg taught us about its backend. */
export interface BackFacts {
  readonly identity: Identity
  /** Whether the leg was TLS when the credentials went over it. */
  readonly secure: boolean
  /** SMTP: the EHLO keywords with their arguments, upper case keyword; `undefined` if none was heard. */
  readonly capabilities?: readonly string[] | undefined
}

/** The words in which each protocol fails. All with line ends; latin1. */
export interface Words {
  /** auth_http said no: IMAP `<tag> NO <text>`, POP3 `-ERR <text>`, SMTP `<code> <text>` (535 5.7.0 unless given). */
  denied(attempt: Attempt, text: string, code: string | undefined): string
  /**
   * Why a token was refused, in the auth server's base64 (RFC 7628 3.2.2); the client acknowledges it
   * before it hears the verdict. `wrong`: where it says anything else.
   */
  challenge(attempt: Attempt, base64: string): { readonly text: string; readonly wrong: string }
  /** The credentials cannot be a login anywhere (CR, LF or NUL in them): as a backend would refuse them. */
  refused(attempt: Attempt): string
  /** A fault of our side with `proxy_pass`: no mail program asks for a new password over it. */
  unavailable(attempt: Attempt, failure: Failure): string
  /** nginx's text for a fault of our side where only auth_http chooses. */
  readonly internal: string
  /** nginx's texts where `ssl_verify_client` does not take the client's certificate. */
  readonly certificate: { readonly invalid: string; readonly missing: string }
  /** The client did not log in in time; the connection closes behind it. */
  readonly timedOut: string
  /** In place of a greeting, before the connection closes: `deny`, and `limit_conn`. */
  readonly forbidden: string
  readonly crowded: string
  /** The relay leaves; said where nothing is under way. */
  readonly leaving: string
  /** A login that is not tried: `why` is "Too many connections" or "Too many failed logins". */
  barred(attempt: Attempt, why: string): string
}

/** A protocol is a value. */
export interface Protocol {
  readonly name: ProtocolName
  /** The ALPN word of the protocol (RFC 7301's registry; SMTP has none there and nginx says `smtp`). */
  readonly alpn: string
  readonly words: Words
  door(settings: FrontSettings): Door
  /** Waits for the backend's greeting. */
  back(leg: Leg): Back
  /** What it sees or decides of what flows after the login. */
  relayed(attempt: Attempt, facts: BackFacts): Relayed
}
