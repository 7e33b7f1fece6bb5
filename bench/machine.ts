import { spawnSync } from 'node:child_process'
import { arch, cpus, release } from 'node:os'

/** What the figures depend on beside the code: they are only to be compared within one run. */
export function describeMachine(): Readonly<Record<string, string | number>> {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    architecture: arch(),
    kernel: release(),
    node: process.version,
    nginx: versionOf('nginx', '-v'),
    haproxy: versionOf('haproxy', '-v'),
    dovecot: versionOf('dovecot', '--version'),
    openssl: versionOf('openssl', 'version'),
  }
}

function versionOf(program: string, flag: string): string {
  const { stdout, stderr } = spawnSync(program, [flag], { encoding: 'utf8' })
  const [line = ''] = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n')
  return line
}
