import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attempt, BackStep, Client, Leg, Protocol } from '../../src/protocol/protocol.ts'

/** What a leg has unless a test says otherwise. */
export interface LegLook extends Partial<Omit<Leg, 'attempt' | 'client' | 'login' | 'password'>> {
  readonly attempt?: Partial<Attempt>
  readonly client?: Partial<Client>
  readonly login?: string
  readonly password?: string | undefined
}

export function leg(look: LegLook = {}): Leg {
  const { attempt, client, login = 'alice', ...rest } = look
  const password = 'password' in look ? look.password : 'secret'
  const buffers = {
    login: Buffer.from(login, 'latin1'),
    password: password === undefined ? undefined : Buffer.from(password, 'latin1'),
  }
  return {
    judge: 'backend',
    serverName: 'mail.example.com',
    tls: 'off',
    xclient: true,
    identify: false,
    smtpAuth: false,
    ...rest,
    ...buffers,
    attempt: {
      mechanism: 'plain',
      tag: '',
      login: buffers.login,
      password: buffers.password ?? Buffer.alloc(0),
      salt: '',
      ...attempt,
    },
    client: {
      session: 'abc123',
      address: '198.51.100.7',
      port: 40_000,
      name: '[UNAVAILABLE]',
      publicPort: 993,
      secure: true,
      ...client,
    },
  }
}

/**
 * A back half against a scripted backend. `script` has the backend's lines (`B: …`), ours (`P: …`),
 * `TLS` for the handshake, and at the end the outcome (`relay`, `refused` or `fail FAILURE: the
 * backend …`), the reply line by line (`> …`), and the facts. Returned is the script as it was
 * played, so that a test compares two texts.
 */
function play(protocol: Protocol, leg: Leg, script: string): string {
  const lines = script.split('\n').map(line => line.replace(/^ +/, ''))
  const played: string[] = []
  let at = protocol.back(leg)
  for (const line of lines) {
    if (!line.startsWith('B: ') && line !== 'B:') continue
    played.push(line)
    const bytes = Buffer.from(line.slice('B: '.length), 'latin1')
    const next = outcome(at.receive(bytes), played)
    bytes.fill(0)
    if (!next) break
    at = next
  }
  return played.join('\n')
}

function outcome(step: BackStep, played: string[]) {
  switch (step.do) {
    case 'wait':
      return step.next
    case 'send':
      played.push(
        ...step.bytes
          .toString('latin1')
          .split('\r\n')
          .slice(0, -1)
          .map(said => `P: ${said}`.trimEnd()),
      )
      step.bytes.fill(0)
      return step.next
    case 'starttls':
      played.push('TLS')
      return outcome(step.then, played)
    default:
      played.push(...ending(step))
      return undefined
  }
}

type Ending = Extract<BackStep, { do: 'relay' | 'refused' | 'fail' }>

function ending(step: Ending): readonly string[] {
  const { capabilities, identity, secure } = step.facts
  const reply = step.reply?.toString('latin1').split('\r\n').slice(0, -1) ?? []
  return [
    step.do === 'fail' ? `fail ${step.failure}: the backend ${step.reason}` : step.do,
    ...reply.map(line => `> ${line}`),
    `${identity}, ${secure ? 'secure' : 'in clear'}`,
    ...(capabilities?.length ? [capabilities.join(', ')] : []),
  ]
}

/** The script as `play` returns it when it was played to the letter. */
function flush(script: string): string {
  return script
    .split('\n')
    .map(line => line.replace(/^ +/, ''))
    .filter(line => line !== '')
    .join('\n')
}

export type BackRow = readonly [title: string, look: LegLook, script: string]

/** A test per row: the script is played to the letter. */
export function playAll(protocol: Protocol, rows: readonly BackRow[]): void {
  for (const [title, look, script] of rows) {
    test(title, () => assert.equal(play(protocol, leg(look), script), flush(script)))
  }
}
