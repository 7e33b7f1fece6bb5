/**
 * YAML and JSON as kubectl reads them: YAML 1.1 words (`on` is a boolean), without its timestamps and
 * base-60 numbers, which kubectl leaves as text; several documents.
 */
import { type Document, LineCounter, parseAllDocuments, type Tags } from 'yaml'
import { fields } from './fields.ts'
import type { Fault } from './source.ts'

export type Path = readonly (string | number)[]

export interface YamlDocument {
  readonly value: unknown
  /** `FILE:LINE:COLUMN` of what stands at a path, or of what would hold it. */
  where(path: Path): string
}

const kubectlTags = (tags: Tags): Tags =>
  tags.filter(
    tag =>
      typeof tag === 'string' ||
      !(tag.tag === 'tag:yaml.org,2002:timestamp' || ('format' in tag && tag.format === 'TIME')),
  )

const options = (lineCounter: LineCounter) =>
  ({
    version: '1.1',
    lineCounter,
    prettyErrors: false,
    logLevel: 'error',
    customTags: kubectlTags,
  }) as const

/** Never throws, whatever the text. Empty documents are passed over; `file` is only named. */
export function yamlDocuments(
  text: string,
  file: string,
): { readonly documents: readonly YamlDocument[]; readonly faults: readonly Fault[] } {
  const lines = new LineCounter()
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const documents: YamlDocument[] = []
  const faults: Fault[] = []
  /** Catches what only the making of values finds: aliases without end or anchor, absurd nesting. */
  const guarded = (start: number, work: () => void): void => {
    try {
      work()
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      faults.push({ where: at(start), message })
    }
  }
  const add = (document: Document.Parsed): void => {
    for (const { message, pos } of document.errors) faults.push({ where: at(pos[0]), message })
    if (document.errors.length > 0) return
    const value: unknown = document.toJS()
    if (value === null || value === undefined) return
    documents.push({ value, where: path => at(offset(document, path)) })
  }
  guarded(0, () => {
    const parsed = parseAllDocuments(text, options(lines))
    if ('empty' in parsed) return
    for (const document of parsed)
      guarded(document.contents?.range?.[0] ?? document.range[0], () => add(document))
  })
  return { documents, faults }
}

function offset(document: Document.Parsed, path: Path): number {
  const node: unknown = path.length > 0 ? document.getIn(path, true) : document.contents
  const range = fields(node)?.get('range')
  if (Array.isArray(range) && typeof range[0] === 'number') return range[0]
  return path.length > 0 ? offset(document, path.slice(0, -1)) : document.range[0]
}
