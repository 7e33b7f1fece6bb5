import { isPlain } from './escape.ts'

/** `text` as a string of JSON, the same as of `JSON.stringify`, which is asked only where something needs escaping. */
export function quoted(text: string): string {
  return isPlain(text) && !text.includes('"') ? `"${text}"` : JSON.stringify(text)
}
