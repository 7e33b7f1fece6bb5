import { type Exchange, invalid, type Turn } from './exchange.ts'

/** The hexadecimal form of an MD5. */
const digestLength = 32
const space = 0x20

/**
 * RFC 2195. `salt` is the challenge, `<…@…>`. The digest is not judged here: whoever knows the
 * password does that. There is no initial response.
 */
export function cramMd5(salt: string): Exchange {
  const answer: Exchange = {
    next: response => (response === undefined ? invalid : credentials(response, salt)),
  }
  return {
    next: response =>
      response === undefined ? { kind: 'challenge', text: salt, next: answer } : invalid,
  }
}

function credentials(response: Buffer, salt: string): Turn {
  const end = response.indexOf(space)
  if (end < 0 || response.length - end - 1 !== digestLength) return invalid
  return {
    kind: 'credentials',
    credentials: {
      mechanism: 'cram-md5',
      login: Buffer.from(response.subarray(0, end)),
      password: Buffer.from(response.subarray(end + 1)),
      salt,
    },
  }
}
