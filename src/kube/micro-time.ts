/** Kubernetes' MicroTime: RFC 3339 with six digits. `ms` is milliseconds since 1970. */
export const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')

/** Kubernetes' Time: RFC 3339 without a fraction. */
export const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
