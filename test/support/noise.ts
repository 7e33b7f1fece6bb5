import fc from 'fast-check'

/** Octets that are wrong in interesting ways: pieces of each protocol between random ones. */
export function noise(pieces: readonly string[]): fc.Arbitrary<Buffer> {
  const ends = ['\r\n', '\n', '\r', '\0', ' ', '=', '*', '{3}\r\n', '{3+}\r\n', '{99999}\r\n']
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...pieces, ...ends) },
    { weight: 1, arbitrary: fc.string({ maxLength: 12, unit: 'binary' }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 300 }).map(times => 'x'.repeat(times)) },
  )
  return fc.array(piece, { maxLength: 40 }).map(parts => Buffer.from(parts.join(''), 'latin1'))
}

/** `bytes` cut at arbitrary places. */
export function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const at = [...new Set(places.map(place => place % (bytes.length + 1)))].toSorted((a, b) => a - b)
  return [0, ...at].map((start, i) => bytes.subarray(start, at[i] ?? bytes.length))
}
