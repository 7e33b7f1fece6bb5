/** One instruction of a Dockerfile, its continued lines joined. */
export interface Instruction {
  readonly word: string
  readonly rest: string
  /** The words of the JSON form, which runs without a shell. */
  readonly exec: readonly string[] | undefined
}

/** The stages of a Dockerfile, each beginning with its FROM; what stands before the first is `head`. */
export function stages(text: string): {
  readonly head: readonly Instruction[]
  readonly stages: readonly (readonly Instruction[])[]
} {
  const lines = text
    .split('\n')
    .filter(line => !line.startsWith('#'))
    .join('\n')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
  const instructions = lines.filter(line => line.trim() !== '').map(instruction)
  const starts = instructions.flatMap(({ word }, at) => (word === 'FROM' ? [at] : []))
  return {
    head: instructions.slice(0, starts[0]),
    stages: starts.map((start, at) => instructions.slice(start, starts[at + 1])),
  }
}

/** What its ENV instructions set; one variable each. */
export function variables(stage: readonly Instruction[]): Readonly<Record<string, string>> {
  const set = stage.filter(({ word }) => word === 'ENV').map(({ rest }) => rest)
  return Object.fromEntries(
    set.map(text => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  )
}

function instruction(line: string): Instruction {
  const [word = '', ...words] = line.split(/\s+/)
  const rest = words.join(' ')
  return { word, rest, exec: rest.startsWith('[') ? JSON.parse(rest) : undefined }
}
