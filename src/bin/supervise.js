// A Node of any age must be able to read this file: it says which one is needed.
const version = process.versions.node
if (Number.parseInt(version, 10) >= 26) {
  void import('./supervise.ts')
} else {
  process.stderr.write(`postern needs Node.js 26 or newer; this is ${version}\n`)
  process.exitCode = 1
}
