/** A value that may be anything, as a map of its fields; `undefined` if it has none. */
export const fields = (value: unknown): ReadonlyMap<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : undefined
