/** The controller as a process of its own, on a folder of objects. */
import { fileURLToPath } from 'node:url'
import { freePort } from './ports.ts'
import { eventually, start } from './programs.ts'

const program = fileURLToPath(new URL('../../src/bin/controller.ts', import.meta.url))

export interface ControllerProcess {
  /** Every object's status, as YAML. */
  readonly status: () => Promise<string>
  readonly stop: () => Promise<void>
}

/** Reads the objects in `from` and hands texts to a relay in `to`; listeners bind to `address`. */
export async function startController(
  from: string,
  to: string,
  address: string,
): Promise<ControllerProcess> {
  const http = `127.0.0.1:${await freePort()}`
  const words = ['--from', from, '--to', to, '--address', address, '--http', http]
  const controller = start(process.execPath, [program, ...words])
  await eventually('the controller to be ready', async () => {
    try {
      return (await fetch(`http://${http}/readyz`)).ok
    } catch {
      return false
    }
  })
  return {
    status: async () => await (await fetch(`http://${http}/status`)).text(),
    stop: controller.stop,
  }
}
