import {
  controllerMetrics,
  type Label,
  relayMetrics,
  type Table,
} from '../src/observe/metric-table.ts'
import { mostSeries } from '../src/observe/series.ts'

const tables: readonly Table[] = [relayMetrics, controllerMetrics]

const kinds = { counter: 'counter', gauge: 'gauge', histogram: 'histogram', info: 'gauge, 1' }

/** The text of docs/metrics.md. */
export function metricsPage(): string {
  return `# Metrics

Printed from \`src/observe/metric-table.ts\` by \`npm run generate\`.

Both programs serve these on \`/metrics\` in Prometheus's text format: the relay on port 9125, the
controller on port 9126 (\`--http ADDRESS:PORT\`). Node's and the process's own metrics (\`nodejs_*\`,
\`process_*\`) come with them.

Labels are words of a closed list or names of what someone configured; never users, clients' addresses
or anything that a stranger sent. A metric has at most ${mostSeries.toLocaleString('en')} label sets; those beyond it are counted
together with \`other\` in place of names, and \`postern_metric_overflow_total\` says how many there were.
The series of a listener or object that is gone go with it.

## Relay

${rows(relayMetrics)}

## Controller

${rows(controllerMetrics)}

## Labels

${labels()}
`
}

function rows(table: Table): string {
  const lines = Object.entries(table).map(([name, { type, help, labels, known }]) => {
    const cells = Object.entries(labels).map(([label, values]) =>
      definitions(label).length > 1 ? `\`${label}\` (${said(values)})` : `\`${label}\``,
    )
    return `| \`${known ? '' : 'postern_'}${name}\` | ${kinds[type]} | ${cells.join(', ') || '–'} | ${help} |`
  })
  return ['| metric | type | labels | what it says |', '|---|---|---|---|', ...lines].join('\n')
}

/** The labels that mean the same everywhere. */
function labels(): string {
  const every = tables
    .flatMap(table => Object.values(table))
    .flatMap(row => Object.keys(row.labels))
  const lines = [...new Set(every)]
    .map(label => ({ label, meant: definitions(label) }))
    .filter(({ meant }) => meant.length === 1)
    .map(({ label, meant }) => `| \`${label}\` | ${meant.join('')} |`)
  return ['| label | values |', '|---|---|', ...lines].join('\n')
}

function definitions(label: string): readonly string[] {
  const every = tables.flatMap(table => Object.values(table))
  const meant = every.flatMap(({ labels: { [label]: values } }) => (values ? [said(values)] : []))
  return [...new Set(meant)]
}

function said(label: Label): string {
  return 'names' in label ? label.names : label.map(word => `\`${word}\``).join(', ')
}
