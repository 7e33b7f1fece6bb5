import { all, read, type Shape } from '../shape.ts'
import { text } from '../values.ts'
import { parsePem } from './pem.ts'

export interface CertificateFile {
  /** An absolute path, or `data:` and the PEM. */
  readonly file: string
  /** The host names that it is for, in lower case; empty: those that the certificate names. */
  readonly hosts: readonly string[]
}

/** Host names of one certificate; a certificate of a public authority names at most 100. */
export const maxHosts = 100

export const sniHost = text({
  expects: 'a host name, or "*." and a domain',
  pattern: '^(\\*\\.)?[A-Za-z0-9_][A-Za-z0-9_-]*(\\.[A-Za-z0-9_][A-Za-z0-9_-]*)*$',
  maxLength: 253,
})

export const certificate: Shape<CertificateFile> = {
  syntax: 'FILE | data:PEM [HOST …]',
  least: 1,
  most: 1 + maxHosts,
  parse([first, ...rest], scope, name) {
    const hosts = all(rest.map(word => read(word, sniHost, scope, name)))
    const file = first && parsePem(first, scope, name)
    if (file === undefined || !hosts) return undefined
    return { file, hosts: hosts.map(host => host.toLowerCase()) }
  },
  print: ({ file, hosts }) => [file, ...hosts],
}
