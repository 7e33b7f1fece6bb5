/** Where a session stands, in the order in which a session passes. */
export const stages = [
  'accept',
  'tls',
  'greeting',
  'commands',
  'auth-server',
  'connect',
  'backend-greeting',
  'backend-tls',
  'identity',
  'login',
  'relay',
] as const

export type Stage = (typeof stages)[number]
