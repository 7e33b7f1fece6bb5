import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Setting } from './configuration.ts'
import { asking, kindOf, type Port } from './ports.ts'

/** HAProxy in TCP mode with one thread: it moves bytes, and sees no login. */
export function haproxyText(setting: Setting, options: string): string {
  const { dir, files, certificate } = setting
  // It wants the certificate and its key in one file.
  const pair = join(dir, 'pair.pem')
  const parts = [certificate.certificate, certificate.key].map(file => readFileSync(file, 'latin1'))
  writeFileSync(pair, parts.join(''), { mode: 0o600 })
  return `global
    nbthread 1
    maxconn ${Math.floor(files / 2) - 150}
    maxpipes 32
defaults
    mode tcp
    timeout connect 10s
    timeout client 1h
    timeout server 1h
    ${options}
${asking.map(port => proxied(setting, port, pair)).join('\n')}
`
}

function proxied({ ports, backends }: Setting, port: Port, pair: string): string {
  const { protocol, tls } = kindOf[port]
  return `listen ${port}
    bind 127.0.0.1:${ports[port]}${tls ? ` ssl crt ${pair}` : ''}
    server backend 127.0.0.1:${backends[protocol]}`
}
