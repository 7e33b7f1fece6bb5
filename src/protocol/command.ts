const space = 0x20
const cr = 0x0d

/** A POP3 or SMTP command: a verb, and what follows it without leading spaces, a view of the line. */
export interface Command {
  /** In upper case. */
  readonly verb: string
  readonly rest: Buffer
}

/** `undefined` where the line has no verb, or a CR that ends no line. */
export function command(line: Buffer): Command | undefined {
  if (line.includes(cr)) return undefined
  const end = line.indexOf(space)
  const verb = line.toString('latin1', 0, end < 0 ? line.length : end)
  if (!/^[A-Za-z]{1,12}$/.test(verb)) return undefined
  return { verb: verb.toUpperCase(), rest: trimStart(line.subarray(verb.length)) }
}

export function trimStart(text: Buffer): Buffer {
  let at = 0
  while (text[at] === space) at++
  return text.subarray(at)
}

export function trimEnd(text: Buffer): Buffer {
  let end = text.length
  while (text[end - 1] === space) end--
  return text.subarray(0, end)
}

/** The arguments in `rest`, split at any number of spaces; views. */
export function words(rest: Buffer): readonly Buffer[] {
  const found: Buffer[] = []
  let left = trimStart(rest)
  while (left.length > 0) {
    const end = left.indexOf(space)
    found.push(end < 0 ? left : left.subarray(0, end))
    left = end < 0 ? left.subarray(left.length) : trimStart(left.subarray(end))
  }
  return found
}
