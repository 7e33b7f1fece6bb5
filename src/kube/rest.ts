import type { Clock } from '../source/clock.ts'

/** Until `delay` has passed or `signal` aborts; leaves neither timer nor listener behind. */
export function rest(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) return Promise.resolve()
  const wake = (): void => resolve()
  const cancel = clock.after(delay, wake)
  signal.addEventListener('abort', wake, { once: true })
  return promise.finally(() => {
    cancel()
    signal.removeEventListener('abort', wake)
  })
}
