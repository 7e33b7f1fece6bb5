import { notCarriedOut, passedOver } from '../src/directives/passed-over.ts'
import { type Entry, table } from '../src/directives/table.ts'

/** The text of docs/directives.md. */
export function directivesPage(): string {
  return `# Directives

Printed from \`src/directives/table.ts\` by \`npm run generate\`.

The language is that of nginx's \`mail {}\` block: words, quotes (\`"…"\`, \`'…'\`, with \`\\\\\`, \`\\"\`, \`\\'\`,
\`\\t\`, \`\\r\`, \`\\n\`), blocks, \`;\`, and comments from \`#\` to the end of the line. What \`mail\` says holds for every
\`server\` in it; what a \`server\` says replaces that, a list as a whole.

- A time is \`ms\`, \`s\`, \`m\`, \`h\`, \`d\`, \`w\`, \`M\` (30 days) and \`y\` (365 days), from large to small, such as
  \`1h30m\`; a bare number is seconds. The most is a year.
- A size is in octets, or with \`k\` or \`m\`.
- Certificates, keys and included files are named against the directory of the main file; \`error_log\` and
  \`pid\` against the prefix (\`-p\`).
- \`relay -t -c FILE\` says all that is wrong with a text, and what would listen.

${table.map(section).join('\n')}
## Directives without a field

A directive that shapes a proxied session is a field of a MailProxy, under its name in camel case. These are
not:

| directive | why |
|---|---|
${table.flatMap(without).join('\n')}

## Passed over

Of a stock \`nginx.conf\` these are read and have no effect, with a notice:

| directive | why |
|---|---|
${[...passedOver].map(([name, { why }]) => `| \`${name}\` | ${why} |`).join('\n')}

A fault:

| directive | why |
|---|---|
${[...notCarriedOut].map(([name, why]) => `| \`${name}\` | ${why} |`).join('\n')}
`
}

function section({ name, row, opens }: Entry): string {
  const usage = [name, row.syntax].filter(word => word !== '').join(' ')
  const { contexts, repeat, doc, field } = row
  const lines = [
    `| syntax | \`${escaped(opens ? `${usage} { … }` : `${usage};`)}\` |`,
    `| default | ${usual(row.default)} |`,
    `| contexts | ${contexts.join(', ')} |`,
    `| twice at one level | ${repeats[repeat]} |`,
    `| field | ${field === true ? `\`${camelCase(name)}\`` : '–'} |`,
  ]
  const place = opens || name === 'server' ? ` (in ${contexts.join(', ')})` : ''
  return `## ${name}${place}

${doc}

| | |
|---|---|
${lines.join('\n')}
`
}

function usual(words: string): string {
  if (words === '') return '–'
  return words.startsWith('(') ? words.slice(1, -1) : `\`${escaped(words)}\``
}

const repeats = {
  fault: 'a fault',
  replaces: 'the last one counts',
  adds: 'each adds to the others',
} as const

function without({ name, row: { field, contexts } }: Entry): readonly string[] {
  return field === true ? [] : [`| \`${name}\` (${contexts.join(', ')}) | ${field.because} |`]
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|')
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
