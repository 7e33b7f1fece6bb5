import type { Scope } from '../../src/directives/shape.ts'

/** A scope that remembers what it was told. */
export function listening(): { scope: Scope; faults: string[]; notices: string[] } {
  const faults: string[] = []
  const notices: string[] = []
  const scope: Scope = {
    hostname: 'box.example',
    besideConfig: path => (path.startsWith('/') ? path : `/etc/postern/${path}`),
    underPrefix: path => (path.startsWith('/') ? path : `/var/${path}`),
    errorLog: 'stderr',
    addresses: host => (host === 'localhost' ? ['127.0.0.1', '::1'] : []),
    fault: (_, message) => faults.push(message),
    notice: (_, text) => notices.push(text),
  }
  return { scope, faults, notices }
}
