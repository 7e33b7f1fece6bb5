import type { AccessRule, Network } from '../config/config.ts'
import { Networks } from '../wire/networks.ts'

/** Whether a canonical address, or `unix:`, is one of these. */
export type Matcher = (address: string) => boolean

export function matcher(networks: readonly Network[]): Matcher {
  const inet = new Networks(networks.filter(network => network.kind === 'inet'))
  const unix = networks.some(({ kind }) => kind === 'unix')
  return address => (address === 'unix:' ? unix : inet.has(address))
}

/** Whether `allow` and `deny` take a client; `undefined` where there are none of them. */
export function admission(rules: readonly AccessRule[]): Matcher | undefined {
  if (rules.length === 0) return undefined
  const made = rules.map(({ take, networks }) => ({ take, fits: matcher(networks) }))
  return address => made.find(({ fits }) => fits(address))?.take ?? true
}
