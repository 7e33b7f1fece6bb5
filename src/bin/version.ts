import { readFileSync } from 'node:fs'

/** The version of `package.json`. */
export const version: string = versionOf(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)

function versionOf(text: string): string {
  return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? 'unknown'
}
