/**
 * What a stranger sent, made fit for a log: printable ASCII stays, every other octet and the
 * backslash become `\xNN`, and what is longer than `atMost` octets is cut and ends in `…`, which
 * nothing that is escaped can contain. Of a string, the octets of its UTF-8 are shown.
 */
export function escaped(text: string | Buffer, atMost = 256): string {
  if (text.length <= atMost) {
    if (typeof text === 'string') {
      if (isPlain(text)) return text
    } else if (arePlain(text)) return text.toString('latin1')
  }
  // A character is at least one octet: what lies behind `atMost` characters need not be encoded.
  const octets =
    typeof text === 'string'
      ? Buffer.from(text.length > atMost ? text.slice(0, atMost + 1) : text)
      : text
  const kept = octets.length > atMost ? octets.subarray(0, atMost) : octets
  const shown = kept
    .toString('latin1')
    .replace(/[^ -[\]-~]/g, octet => `\\x${octet.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return octets.length > atMost ? `${shown}…` : shown
}

const backslash = 0x5c

/** Whether all of it is printable ASCII without a backslash, so that nothing is to be escaped. */
export function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (isSpecial(text.charCodeAt(at))) return false
  return true
}

function arePlain(octets: Buffer): boolean {
  for (let at = 0; at < octets.length; at++) if (isSpecial(octets[at] ?? 0)) return false
  return true
}

function isSpecial(octet: number): boolean {
  return octet < 0x20 || octet > 0x7e || octet === backslash
}
