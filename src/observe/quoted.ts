import { isPlain } from './escape.ts'

/** Names that are kept with their quotes. */
const mostNames = 1_000

const names = new Map<string, string>()

/** The same of a name of ours or of the configuration, of which there are few, and each is asked for again. */
export function quotedName(name: string): string {
  const known = names.get(name)
  if (known !== undefined) return known
  if (names.size >= mostNames) names.clear()
  const text = quoted(name)
  names.set(name, text)
  return text
}

/** `text` as a string of JSON, the same as of `JSON.stringify`, which is asked only where something needs escaping. */
export function quoted(text: string): string {
  return isPlain(text) && !text.includes('"') ? `"${text}"` : JSON.stringify(text)
}
