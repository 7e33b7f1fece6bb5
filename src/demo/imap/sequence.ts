/** Whether a set like `1:3,7,*` names a number; `last` is what `*` stands for. */
export type SequenceSet = (number: number, last: number) => boolean

const maxRanges = 1_000
const syntax = /^(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?$/

/** RFC 3501 9: sequence-set; the order of a range's ends does not matter. */
export function parseSequence(text: string): SequenceSet | undefined {
  const ranges = text.split(',', maxRanges + 1)
  if (ranges.length > maxRanges || !ranges.every(range => syntax.test(range))) return undefined
  const ends = ranges.map(range => {
    const [from = '', to = from] = range.split(':')
    return [from, to] as const
  })
  return (number, last) =>
    ends.some(([from, to]) => {
      const [a, b] = [from, to].map(end => (end === '*' ? last : Number(end)))
      return (
        a !== undefined && b !== undefined && number >= Math.min(a, b) && number <= Math.max(a, b)
      )
    })
}
