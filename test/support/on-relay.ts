import type { TestContext } from 'node:test'
import type { KeyPair } from './certificates.ts'
import { type RunningRelay, startRelay } from './running-relay.ts'
import { type ScriptedBackend, startBackend } from './scripted-backend.ts'

/** A scripted backend that ends with the test. */
export async function backendFor(
  t: TestContext,
  script: string | ((connection: number) => string),
  keys?: KeyPair,
): Promise<ScriptedBackend> {
  const started = await startBackend(script, keys)
  t.after(() => started.close())
  return started
}

/** A relay that ends with the test. */
export async function relayFor(
  t: TestContext,
  text: string,
  on?: 'handles' | 'streams',
): Promise<RunningRelay> {
  const started = await startRelay(text, on)
  t.after(() => started.close())
  return started
}
