import { PassThrough } from 'node:stream'
import type { Call, Client, Opened, Reply } from '../../src/kube/client.ts'

/** An API server that answers by a script; watches stay open until told otherwise. */
export class ScriptedApi implements Client {
  readonly calls: Call[] = []
  readonly watches: PassThrough[] = []
  answer: (call: Call) => Reply | Promise<Reply> = () => refusal(500)
  watch: (call: Call) => Opened | Promise<Opened> = call => this.stream(call)

  async ask(call: Call): Promise<Reply> {
    this.calls.push(call)
    return await this.answer(call)
  }

  async open(call: Call): Promise<Opened> {
    this.calls.push(call)
    return await this.watch(call)
  }

  close(): void {}

  stream(call: Call): Opened {
    const stream = new PassThrough()
    this.watches.push(stream)
    call.signal?.addEventListener('abort', () => stream.destroy(new Error('aborted')))
    return { kind: 'open', stream }
  }

  /** Says something on the newest watch. */
  say(type: string, object: object): void {
    this.watches.at(-1)?.write(`${JSON.stringify({ type, object })}\n`)
  }

  /** The newest request. */
  get last(): Call | undefined {
    return this.calls.at(-1)
  }
}

export const refusal = (code: number, retryAfter?: number) =>
  ({
    kind: 'refused',
    code,
    reason: 'Planted',
    message: 'planted',
    retryAfter,
    causes: [],
  }) as const

export const ok = (body: unknown): Reply => ({ kind: 'ok', body })

/** As the API server writes a list: items without kind. */
export const listOf = (resourceVersion: string, items: readonly object[], more = ''): Reply =>
  ok({ metadata: { resourceVersion, continue: more }, items })

export const named = (name: string, resourceVersion: string, uid = `uid of ${name}`): object => ({
  metadata: { name, namespace: 'mail', uid, resourceVersion },
  data: { it: `is ${resourceVersion}` },
})

/** Lets everything that can happen now happen. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
}
