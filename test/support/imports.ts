import { posix } from 'node:path'

/** One import of a source file. */
export interface Import {
  /** A path from the repository's root, a package or `node:` module, or `?` where it is computed. */
  readonly target: string
  /** `type`: gone when the program runs. */
  readonly kind: 'value' | 'type' | 'dynamic'
  readonly line: number
}

const comments = /\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(,])\/\/[^\n]*/g
const statements =
  /^[ \t]*(?:import|export)\s+(type\s+)?(?:[\w*$,{}\s]+?\s+from\s+)?(['"])([^'"\n]+)\2/gm
const calls = /\b(?:import|require|import\.meta\.resolve)\s*\(\s*(?:(['"])([^'"\n]+)\1\s*[,)])?/g
const typeCalls = /\b(?:typeof\s+|:\s*|<\s*)import\s*\(\s*(['"])([^'"\n]+)\1\s*\)/g

/** Every import of `source`, the text of the file at `path`, dynamic and type-only ones included. */
export function imports(path: string, source: string): readonly Import[] {
  // Blanked, not removed, so that line numbers stay true.
  const code = source.replace(comments, comment => comment.replace(/[^\n]/g, ' '))
  const line = (at: number): number => code.slice(0, at).split('\n').length
  const target = (word: string | undefined): string => {
    if (word === undefined) return '?'
    return word.startsWith('.') ? posix.join(posix.dirname(path), word) : word
  }
  const found: Import[] = []
  for (const { 1: type, 3: word, index } of code.matchAll(statements)) {
    found.push({
      target: target(word),
      kind: type === undefined ? 'value' : 'type',
      line: line(index),
    })
  }
  const types = new Set<number>()
  for (const match of code.matchAll(typeCalls)) {
    types.add(match.index + match[0].indexOf('import'))
    found.push({ target: target(match[2]), kind: 'type', line: line(match.index) })
  }
  for (const { 2: word, index } of code.matchAll(calls)) {
    if (!types.has(index)) found.push({ target: target(word), kind: 'dynamic', line: line(index) })
  }
  return found
}

/** `name` or `@scope/name` of a package's module. */
export function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
}

/** All that running `entry` loads before it does anything: our files, packages and `node:` modules. */
export function loaded(entry: string, files: ReadonlyMap<string, string>): ReadonlySet<string> {
  const seen = new Set<string>()
  const open = [entry]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    const source = files.get(path)
    if (source === undefined) continue
    for (const { target, kind } of imports(path, source)) if (kind === 'value') open.push(target)
  }
  return seen
}
