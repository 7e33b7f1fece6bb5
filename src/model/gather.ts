import type { AnyObject } from '../api/objects.ts'
import type { Objects, Refused } from './build.ts'

/** Objects of all kinds, sorted into what `build` takes. */
export function gather(all: readonly AnyObject[], refused: readonly Refused[] = []): Objects {
  return {
    mailProxies: all.filter(one => one.kind === 'MailProxy'),
    mailProxyClasses: all.filter(one => one.kind === 'MailProxyClass'),
    services: all.filter(one => one.kind === 'Service'),
    endpointSlices: all.filter(one => one.kind === 'EndpointSlice'),
    secrets: all.filter(one => one.kind === 'Secret'),
    configMaps: all.filter(one => one.kind === 'ConfigMap'),
    refused,
  }
}
