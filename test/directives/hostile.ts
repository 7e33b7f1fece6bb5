import fc from 'fast-check'

/** Pieces that could end a word, a quote, a line or a block, or that no file can hold. */
const pieces = [
  ...[
    '"',
    "'",
    '\\',
    ';',
    '{',
    '}',
    '#',
    '$',
    '${',
    ' ',
    '\t',
    '\r',
    '\n',
    '\0',
    '\u007f',
    '\u0085',
  ],
  ...['\u2028', '\u202e', '\uFEFF', '\ud800', '\udc00', '😀', 'é', 'n', 't', 'mail', 'listen'],
]

/** Text as an attacker would choose it. */
export const hostile: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map(some => some.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
  // Any UTF-16 unit, halves of pairs too.
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
    .map(units => String.fromCharCode(...units)),
)
