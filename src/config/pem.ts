import { inTheText } from '../directives/shapes/pem.ts'

/** The PEM that stands in the text itself; `undefined`: `source` is a file. */
export function pemText(source: string): string | undefined {
  return source.startsWith(inTheText) ? source.slice(inTheText.length) : undefined
}

/** What messages call it: a file by its name, and never a key. */
export function pemName(source: string): string {
  return pemText(source) === undefined ? source : `the PEM behind "${inTheText}"`
}
