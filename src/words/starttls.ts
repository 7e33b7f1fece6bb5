/** The words of the `starttls` directive: toward the client. */
export const startTlsModes = ['off', 'on', 'only'] as const
export type StartTls = (typeof startTlsModes)[number]

/** The words of the `proxy_ssl` directive: toward the backend. */
export const backendTlsModes = ['off', 'on', 'starttls', 'auto'] as const
export type BackendTls = (typeof backendTlsModes)[number]
