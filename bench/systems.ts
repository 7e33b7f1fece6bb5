import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mailModule, nginxText, posternText, type Setting } from './configuration.ts'
import { dovecotText } from './dovecot.ts'
import { haproxyText } from './haproxy.ts'
import type { Part } from './parts.ts'
import { asking, kindOf, type Port, type PortNumbers, ports } from './ports.ts'

/** A proxy to be measured: how it is told its work, and what starts it. */
export interface System {
  readonly name: string
  /** The listeners that it can be given. */
  readonly ports: readonly Port[]
  /** Those whose numbers it chooses itself. */
  readonly fixed: Partial<PortNumbers>
  /**
   * `main`: every row that it has ports for; `buffers`: differs from another by how it copies octets
   * alone, so only rows that this decides; `other`: no mail proxy like nginx, so only rows that say so.
   */
  readonly role: 'main' | 'buffers' | 'other'
  /** Compiles while it runs: its figures stand only after a long warm-up. */
  readonly compiling: boolean
  /** The signal to take up a changed configuration. */
  readonly reload?: NodeJS.Signals
  readonly parts: readonly Part[]
  /** Writes the configuration; the answer is the command that runs the proxy in the foreground. */
  prepare(setting: Setting): readonly string[]
}

const relay = join(import.meta.dirname, '../src/bin/relay.ts')
const compiled = { fixed: {}, compiling: false } as const

const nginx = (name: string, directives: string, role: System['role']): System => ({
  ...compiled,
  name,
  ports: asking,
  role,
  reload: 'SIGHUP',
  parts: [
    { file: 'nginx', package: 'nginx' },
    { file: mailModule, package: 'libnginx-mod-mail' },
  ],
  prepare: setting => {
    const file = write(setting.dir, 'nginx.conf', nginxText(setting, directives))
    return ['nginx', '-p', setting.dir, '-c', file, '-e', join(setting.dir, 'error.log')]
  },
})

const haproxy = (
  name: string,
  options: string,
  role: System['role'],
  its: readonly Port[],
): System => ({
  ...compiled,
  name,
  ports: its,
  role,
  parts: [{ file: 'haproxy', package: 'haproxy' }],
  prepare: setting => [
    ...['haproxy', '-db', '-f'],
    write(setting.dir, 'haproxy.cfg', haproxyText(setting, options)),
  ],
})

const dovecot: System = {
  ...compiled,
  name: 'dovecot',
  ports: asking,
  role: 'other',
  parts: [
    { file: 'dovecot', package: 'dovecot-core' },
    { file: '/usr/lib/dovecot/imap-login', package: 'dovecot-imapd' },
    { file: '/usr/lib/dovecot/pop3-login', package: 'dovecot-pop3d' },
    { file: '/usr/lib/dovecot/submission-login', package: 'dovecot-submissiond' },
  ],
  prepare: setting => [
    ...['dovecot', '-F', '-c'],
    write(setting.dir, 'dovecot.conf', dovecotText(setting)),
  ],
}

/** How the image runs Node, and what Debian's package brings for it; a test compares them. */
export const asInTheImage = {
  arguments: [
    ...['--single-threaded-gc', '--max-semi-space-size=16'],
    '--no-allocation-site-pretenuring',
    ...['--no-maglev', '--invocation-count-for-turbofan=1000'],
  ],
  environment: {
    LD_PRELOAD: 'libjemalloc.so.2',
    MALLOC_CONF: 'narenas:1',
    MALLOC_ARENA_MAX: '1',
  },
  // The loader knows a folder for each architecture.
  parts: [{ file: '/usr/lib/*/libjemalloc.so.2', package: 'libjemalloc2' }],
} as const

/** Postern, with arguments for Node itself where a profile is wanted. */
export function postern(nodeArguments: readonly string[] = []): System {
  return {
    name: 'postern',
    ports,
    fixed: {},
    role: 'main',
    compiling: true,
    reload: 'SIGHUP',
    parts: asInTheImage.parts,
    prepare: setting => {
      const file = write(setting.dir, 'relay.conf', posternText(setting))
      const variables = Object.entries(asInTheImage.environment).map(
        ([name, is]) => `${name}=${is}`,
      )
      const node = ['env', ...variables, process.execPath, ...asInTheImage.arguments]
      return [...node, ...nodeArguments, relay, '-p', setting.dir, '-c', file]
    },
  }
}

/** A proxy that the command line names: a shell's command, and the ports that it listens on. */
export function namedPeer(name: string, command: string, fixed: Partial<PortNumbers>): System {
  return {
    name,
    ports: ports.filter(port => fixed[port] !== undefined),
    fixed,
    role: 'main',
    // Nobody knows: the long warm-up is right for all.
    compiling: true,
    parts: [],
    prepare: ({ dir, backends, auth, certificate }) => {
      const words = {
        BENCH_DIR: dir,
        BENCH_IMAP: backends.imap,
        BENCH_POP3: backends.pop3,
        BENCH_SMTP: backends.smtp,
        BENCH_AUTH: auth,
        BENCH_CERTIFICATE: certificate.certificate,
        BENCH_KEY: certificate.key,
      }
      const exported = Object.entries(words).map(([key, value]) => `export ${key}='${value}'`)
      return ['sh', '-c', `${exported.join('; ')}; exec ${command}`]
    },
  }
}

export const systems: readonly System[] = [
  nginx('nginx', '', 'main'),
  nginx('nginx-64k', 'proxy_buffer 64k; imap_client_buffer 64k;', 'buffers'),
  haproxy('haproxy', '', 'other', asking),
  haproxy(
    'haproxy-splice',
    // Not `splice-auto`, which hardly ever did it here.
    'option splice-request\n    option splice-response',
    'buffers',
    asking.filter(port => !kindOf[port].tls),
  ),
  dovecot,
  postern(),
]

function write(dir: string, name: string, text: string): string {
  const file = join(dir, name)
  writeFileSync(file, text)
  return file
}
