/** The texts that nginx has are nginx's, to the byte. */
export const replies = {
  greeting: '* OK IMAP4 ready\r\n',
  bye: '* BYE\r\n',
  /** What a literal is asked for with. */
  next: '+ OK\r\n',
  internal: '* BAD internal server error\r\n',
  /** RFC 9051 7.1.5. */
  timedOut: '* BYE Not logged in within the time allowed\r\n',
  forbidden: '* BYE Access denied\r\n',
  crowded: '* BYE [UNAVAILABLE] Too many connections\r\n',
  leaving: '* BYE [UNAVAILABLE] The server is leaving, connect again\r\n',
  certificate: {
    invalid: '* BYE SSL certificate error\r\n',
    missing: '* BYE No required SSL certificate\r\n',
  },
} as const

export function completed(tag: string): string {
  return `${tag} OK completed\r\n`
}

/** A line without a tag of its own gets `*`. */
export function invalid(tag: string | undefined): string {
  return `${tag ?? '*'} BAD invalid command\r\n`
}
