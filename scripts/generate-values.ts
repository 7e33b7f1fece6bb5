import { chartValues, type Value } from './chart-values.ts'

/** The text of charts/postern/values.schema.json: a word that is not there, or of another type, is refused. */
export function valuesSchema(): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the Postern chart',
    ...mapOf(chartValues()),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

const mapOf = (values: readonly Value[]) => ({
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(values.map(value => [value.name, schemaOf(value)])),
})

function schemaOf(value: Value): object {
  const { description, below, schema } = value
  return {
    ...(description === '' ? {} : { description }),
    ...(below.length > 0 ? mapOf(below) : { type: typeOf(value.default) }),
    ...schema,
  }
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

/** The text of docs/values.md. */
export function valuesPage(): string {
  const values = chartValues()
  const alone = values.filter(({ below }) => below.length === 0)
  const groups = values.filter(({ below }) => below.length > 0)
  return `# Values of the chart

Printed from \`charts/postern/values.yaml\` by \`npm run generate\`. A value that is not here, or of another
type, is refused by \`values.schema.json\`. How to install with them: [install](install.md).

${table(alone, '')}
${groups.map(group).join('')}`
}

function group(value: Value): string {
  const intro = value.description === '' ? '' : `${value.description}\n\n`
  return `\n## \`${value.name}\`\n\n${intro}${table(value.below, `${value.name}.`)}\n`
}

function table(values: readonly Value[], prefix: string): string {
  return [
    '| value | default | what |',
    '|---|---|---|',
    ...values.flatMap(value => row(value, prefix)),
  ].join('\n')
}

function row(value: Value, prefix: string): readonly string[] {
  const name = `${prefix}${value.name}`
  if (value.below.length > 0) {
    const own = value.description === '' ? [] : [`| \`${name}\` | | ${cell(value.description)} |`]
    return [...own, ...value.below.flatMap(one => row(one, `${name}.`))]
  }
  const words = value.schema['enum']
  const choice = Array.isArray(words) ? ` (${words.map(word => `\`${word}\``).join(', ')})` : ''
  const what = `${cell(value.description)}${choice}`.trim()
  return [`| \`${name}\` | \`${cell(JSON.stringify(value.default))}\` | ${what} |`]
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
