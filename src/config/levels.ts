import { quote } from '../directives/error.ts'
import { notCarriedOut, passedOver } from '../directives/passed-over.ts'
import type { Scope } from '../directives/shape.ts'
import type { Context, Directive } from '../directives/syntax.ts'
import { contextsOf, type Entry, entry } from '../directives/table.ts'
import { place } from './place.ts'
import type { Texts } from './texts.ts'

/** What stands in one block, by name, each directive's faults already told. */
export interface Level {
  readonly found: ReadonlyMap<string, readonly Directive[]>
  /** All that was found, in the order in which it stands. */
  readonly order: readonly Directive[]
  readonly blocks: readonly Block[]
}

export interface Block {
  readonly directive: Directive
  readonly level: Level
}

/** The generic loop over the table: it tells the faults that any directive can have. */
export function levelOf(
  directives: readonly Directive[],
  context: Context,
  scope: Scope,
  texts: Texts,
): Level {
  const found = new Map<string, Directive[]>()
  const order: Directive[] = []
  const blocks: Block[] = []
  // It was said all the same, so that it is not told to be missing.
  const misread = (directive: Directive, known: Entry): void => {
    if (!known.opens && known.name !== 'include') remember(directive, known, found, scope)
  }
  const take = (directive: Directive, depth: number): void => {
    const known = entryOf(directive, context, scope)
    if (!known) return
    if (!wellFormed(directive, known, scope)) {
      misread(directive, known)
      return
    }
    known.row.check(directive, scope)
    const { args, block = [] } = directive
    const [mask] = args
    if (known.name === 'include' && mask) {
      const path = scope.besideConfig(mask.text)
      for (const one of texts.included(mask, path, depth)) take(one, depth + 1)
      return
    }
    order.push(directive)
    remember(directive, known, found, scope)
    if (!known.opens) return
    blocks.push({ directive, level: levelOf(block, known.opens, scope, texts) })
  }
  for (const directive of directives) take(directive, 1)
  return { found, order, blocks }
}

function entryOf(directive: Directive, context: Context, scope: Scope): Entry | undefined {
  const { name, position } = directive
  const known = entry(name.text, context)
  if (known) return known
  if (context === 'main' && passedOver.has(name.text)) {
    passOver(directive, scope)
    return undefined
  }
  const elsewhere = [...new Set(contextsOf(name.text))]
  if (elsewhere.length > 0) {
    const places = elsewhere.join(', ')
    scope.fault(
      position,
      `"${name.text}" directive is not allowed in ${context}, it stands in ${places}`,
    )
  } else if (notCarriedOut.has(name.text)) {
    scope.fault(position, `"${name.text}" directive ${notCarriedOut.get(name.text)}`)
  } else if (passedOver.has(name.text)) {
    scope.fault(position, `"${name.text}" directive is not allowed in ${context}`)
  } else scope.fault(position, `unknown directive ${quote(name.text)}`)
  return undefined
}

function passOver(directive: Directive, scope: Scope): void {
  const name = directive.name.text
  const { kind, why } = passedOver.get(name) ?? {}
  if (kind === 'block' && !directive.block) {
    scope.fault(directive.position, `directive "${name}" has no opening "{"`)
  } else if (kind === 'directive' && directive.block) {
    scope.fault(directive.position, `directive "${name}" is not terminated by ";"`)
  } else {
    const what = kind === 'block' ? `the block "${name}"` : `"${name}"`
    scope.notice(directive.position, `${what} has no effect: ${why}`)
  }
}

/** Whether block, semicolon and the number of arguments are those of the row. */
function wellFormed(
  { name, args, block, position }: Directive,
  { row, opens }: Entry,
  scope: Scope,
): boolean {
  const { least, most, syntax } = row
  if (opens && !block) {
    scope.fault(position, `directive "${name.text}" has no opening "{"`)
    return false
  }
  if (!opens && block) {
    scope.fault(position, `directive "${name.text}" is not terminated by ";"`)
    return false
  }
  if (args.length >= least && args.length <= most) return true
  const swallowed = args.find(
    word => word.position.line > position.line && contextsOf(word.text).length > 0,
  )
  const hint = swallowed
    ? `; is a ";" missing before "${swallowed.text}" in line ${swallowed.position.line}?`
    : `, it is written: ${[name.text, syntax].join(' ').trim()}${opens ? ' { … }' : ';'}`
  scope.fault(position, `invalid number of arguments in "${name.text}" directive${hint}`)
  return false
}

function remember(
  directive: Directive,
  { row }: Entry,
  found: Map<string, Directive[]>,
  scope: Scope,
): void {
  const name = directive.name.text
  const before = found.get(name)
  const [first] = before ?? []
  if (first && row.repeat === 'fault') {
    const { position } = directive
    const where = place(first.position, position)
    scope.fault(position, `"${name}" directive is duplicate, it stands ${where}`)
  }
  if (before) before.push(directive)
  else found.set(name, [directive])
}
