import type { ListenerAnswer } from '../../src/handoff/answer.ts'

/** What a relay that can open everything says of a text. */
export function listenersOf(text: string): readonly ListenerAnswer[] {
  return [...text.matchAll(/listen (\S+):(\d+).* name=([^;\s]+);/g)].map(
    ([, address = '', port, name = '']) => ({
      name,
      address,
      port: Number(port),
      outcome: 'applied',
    }),
  )
}
