import { apiPage } from './generate-api.ts'
import { crdFiles, crdText } from './generate-crd.ts'
import { dashboard } from './generate-dashboard.ts'
import { directivesPage } from './generate-directives.ts'
import { metricsPage } from './generate-metrics.ts'
import { valuesPage, valuesSchema } from './generate-values.ts'

/** A file that is printed from a table of the code. */
export interface Generated {
  /** From the repository's root. */
  readonly path: string
  print(): string
}

/** Every such file; `npm run generate` writes them, a test says when one is stale. */
export const generated: readonly Generated[] = [
  { path: 'docs/api.md', print: apiPage },
  { path: 'docs/directives.md', print: directivesPage },
  { path: 'docs/metrics.md', print: metricsPage },
  { path: 'docs/values.md', print: valuesPage },
  { path: 'charts/postern/values.schema.json', print: valuesSchema },
  { path: 'charts/postern/files/dashboard.json', print: dashboard },
  ...crdFiles.map(path => ({ path, print: crdText })),
]
