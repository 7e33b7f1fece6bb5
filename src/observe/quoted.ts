const quote = 0x22
const backslash = 0x5c

/** `text` as a string of JSON, the same as of `JSON.stringify`, which is asked only where something needs escaping. */
export function quoted(text: string): string {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x20 || unit > 0x7e || unit === quote || unit === backslash)
      return JSON.stringify(text)
  }
  return `"${text}"`
}
