import type { Without } from '../row.ts'

/** Why a directive is not a field of a MailProxy; the reference page prints these. */
export const fileOrProcess: Without = { because: 'it names a file or a process of the relay' }
export const block: Without = { because: 'it is a block' }
export const saidByListeners: Without = { because: '`listeners[]` says it' }
export const saidByTls: Without = { because: '`tls[]` and `listeners[].tls` say it' }
export const usual: Without = { because: 'objects keep to its default' }
export const saidByAuth: Without = { because: '`auth` says it' }
export const saidByBackendRefs: Without = { because: '`backendRefs[]` says it' }
export const saidByAccess: Without = { because: '`access` says it' }
export const saidByLimits: Without = { because: '`limits` says it' }
export const saidByIdentity: Without = { because: '`identity` says it' }
export const noEffect: Without = { because: 'it has no effect' }
export const ofTheRelay: Without = { because: 'it is a setting of the relay, not of a listener' }
