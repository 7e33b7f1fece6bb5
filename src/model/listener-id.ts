import { digest } from './file.ts'

/** `name=` of a `listen` may have so many characters. */
const maxId = 200

/**
 * `namespace/name/listener`: what the log, the metrics and the relay's answers call a listener. The
 * rare name that is too long for it is cut, with a digest behind `_`, which no name holds.
 */
export function listenerId(namespace: string, name: string, listener: string): string {
  const id = `${namespace}/${name}/${listener}`
  if (id.length <= maxId) return id
  return `${namespace}/${name.slice(0, 50)}_${digest(name).slice(0, 16)}/${listener}`
}
