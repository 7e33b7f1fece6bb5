import { createHash } from 'node:crypto'
import type { File } from './model.ts'

export const digest = (content: string): string =>
  createHash('sha256').update(content).digest('hex')

/** A file beside the text, named by its content, so that the text's digest covers it. */
export function file(content: string, extension: 'pem' | 'conf' = 'pem'): File {
  return { name: `tls/${digest(content)}.${extension}`, content }
}
