/** What a heap snapshot holds, as far as it is read here. */
export interface HeapSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[]
      readonly node_types: readonly [readonly string[], ...unknown[]]
    }
  }
  readonly nodes: readonly number[]
  readonly strings: readonly string[]
}

export interface HeapShare {
  readonly name: string
  readonly count: number
  /** Octets of the objects themselves, without what they refer to. */
  readonly size: number
}

/** The objects on the heap by kind and constructor, the largest in all first. */
export function heapShares({ snapshot, nodes, strings }: HeapSnapshot): readonly HeapShare[] {
  const fields = snapshot.meta.node_fields
  const [type, name, size] = ['type', 'name', 'self_size'].map(field => fields.indexOf(field))
  const types = snapshot.meta.node_types[0]
  const found = new Map<string, { count: number; size: number }>()
  for (let at = 0; at < nodes.length; at += fields.length) {
    const read = (field: number | undefined) => nodes[at + (field ?? 0)] ?? 0
    const kind = types[read(type)] ?? '?'
    // Only these have a constructor or a name that says what they are for.
    const named = kind === 'object' || kind === 'native' || kind === 'closure' || kind === 'hidden'
    const key = named ? `${kind} ${strings[read(name)]}` : kind
    const share = found.get(key) ?? { count: 0, size: 0 }
    share.count += 1
    share.size += read(size)
    found.set(key, share)
  }
  return largestFirst([...found].map(([key, share]) => ({ name: key, ...share })))
}

/** What is there after, and was not before. */
export function added(
  before: readonly HeapShare[],
  after: readonly HeapShare[],
): readonly HeapShare[] {
  const old = new Map(before.map(share => [share.name, share]))
  return largestFirst(
    after.map(({ name, count, size }) => ({
      name,
      count: count - (old.get(name)?.count ?? 0),
      size: size - (old.get(name)?.size ?? 0),
    })),
  )
}

function largestFirst(shares: readonly HeapShare[]): readonly HeapShare[] {
  return shares.toSorted((a, b) => b.size - a.size)
}
