/** nginx and Postern side by side on one text, in which only the ports differ. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type KeyPair, makeAuthority } from './certificates.ts'
import { nginxParts, startNginx } from './nginx.ts'
import { type RawAuthServer, startRawAuthServer } from './nginx-auth.ts'
import { freePort } from './ports.ts'
import { type Running, requireParts, start, untilUp } from './programs.ts'

const relay = fileURLToPath(new URL('../../src/bin/relay.ts', import.meta.url))

export type SideName = 'nginx' | 'postern'

export interface Side {
  readonly name: SideName
  readonly auth: RawAuthServer
  readonly program: Running
  /** The port that the text calls `{name}`. */
  port(name: string): number
}

export interface Pair extends Readonly<Record<SideName, Side>> {
  /** Of a client, from the authority of `ca.crt`. */
  readonly clientKeys: KeyPair
  stop(): Promise<void>
}

/**
 * Starts both on `text`: `{auth}` is the auth server's port, `{…}` any other a free one. Beside the
 * text lie `mail.crt` and `mail.key`, for mail.example.com, `ca.crt`, and the files of `more`.
 */
export async function startPair(
  text: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Pair> {
  requireParts(nginxParts)
  const folder = mkdtempSync(join(tmpdir(), 'postern-nginx-'))
  const authority = await makeAuthority()
  const keys = await authority.issue(['mail.example.com'])
  const files = {
    'ca.crt': authority.certificate,
    'mail.crt': keys.certificate,
    'mail.key': keys.key,
    ...more,
  }
  const side = (name: SideName, run: (folder: string, file: string) => Promise<Running>) =>
    startSide(name, join(folder, name), text, files, run)
  const nginx = await side('nginx', startNginx)
  const postern = await side('postern', startPostern).catch(async (error: unknown) => {
    await stop(nginx)
    throw error
  })
  return {
    nginx,
    postern,
    clientKeys: await authority.issue(['alice']),
    stop: async () => {
      await stop(nginx)
      await stop(postern)
      rmSync(folder, { recursive: true })
    },
  }
}

async function stop({ auth, program }: Side): Promise<void> {
  await program.stop()
  await auth.close()
}

async function startSide(
  name: SideName,
  folder: string,
  text: string,
  files: Readonly<Record<string, string>>,
  run: (folder: string, file: string) => Promise<Running>,
): Promise<Side> {
  mkdirSync(folder)
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), content)
  }
  const auth = await startRawAuthServer()
  const ports = new Map([['auth', auth.port]])
  for (const [, port = ''] of text.matchAll(/\{([a-z0-9-]+)\}/g)) {
    if (!ports.has(port)) ports.set(port, await freePort())
  }
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    text.replaceAll(/\{([a-z0-9-]+)\}/g, (_, port: string) => `${ports.get(port)}`),
  )
  try {
    const program = await run(folder, file)
    return { name, auth, program, port: port => ports.get(port) ?? 0 }
  } catch (error) {
    await auth.close()
    throw error
  }
}

async function startPostern(folder: string, file: string): Promise<Running> {
  const postern = start(process.execPath, [relay, '-c', file, '-p', folder])
  await untilUp('Postern', postern, () => postern.output().includes('"configuration applied"'))
  return {
    ...postern,
    stop: async () => {
      // TERM would wait for the sessions that a failed test left open.
      postern.signal('SIGINT')
      await postern.exited
    },
  }
}
