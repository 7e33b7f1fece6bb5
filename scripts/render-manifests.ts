/**
 * Renders manifests/postern.yaml from the chart: `node scripts/render-manifests.ts [HELM]`. What it was
 * rendered from stands in its head, so that a test without Helm knows when it is stale.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = new URL('..', import.meta.url).pathname
const chart = join(root, 'charts/postern')

export const manifestPath = join(root, 'manifests/postern.yaml')

/** The sha256 of all that these objects are rendered from: by its own values the chart reads no files. */
export function chartDigest(): string {
  const files = globSync('{Chart.yaml,values.yaml,templates/**/*}', {
    cwd: chart,
    withFileTypes: true,
  })
  const paths = files.filter(file => file.isFile()).map(file => join(file.parentPath, file.name))
  const hash = createHash('sha256')
  for (const path of paths.sort()) {
    const text = readFileSync(path)
    hash.update(`${path.slice(chart.length)} ${text.length}\n`).update(text)
  }
  return hash.digest('hex')
}

/** The text of manifests/postern.yaml. */
export function manifests(helm: string): string {
  const words = [
    'template',
    'postern',
    chart,
    '--namespace',
    'postern',
    '--skip-tests',
    '--no-hooks',
  ]
  const rendered = execFileSync(helm, words, { encoding: 'utf8' })
  // An object that Helm does not manage should not say so.
  const text = rendered.replace(/^ *(app\.kubernetes\.io\/managed-by|helm\.sh\/chart): .*\n/gm, '')
  return `# Postern in the namespace postern, without Helm: kubectl apply -f manifests/
# Rendered by scripts/render-manifests.ts from charts/postern with its own values.
# sha256 of the chart: ${chartDigest()}
apiVersion: v1
kind: Namespace
metadata:
  name: postern
  labels:
    pod-security.kubernetes.io/enforce: restricted
${text}`
}

if (import.meta.main) writeFileSync(manifestPath, manifests(process.argv[2] ?? 'helm'))
