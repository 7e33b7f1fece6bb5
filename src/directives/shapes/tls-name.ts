import { text } from '../values.ts'

/** The name that a backend's certificate must have: a host name or an address. */
export const tlsName = text({
  expects: 'a host name or an address',
  pattern: '^[A-Za-z0-9_:]([A-Za-z0-9_.:-]*[A-Za-z0-9_])?$',
  maxLength: 253,
})
