/** What the inspector's CPU profiles hold, as far as it is read here. Times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: {
      readonly functionName: string
      readonly url: string
      readonly lineNumber: number
    }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export interface HotFunction {
  readonly name: string
  /** Of all the time in which anything ran. */
  readonly share: number
}

const waiting = new Set(['(idle)', '(root)'])

/** Functions by the time spent in themselves, the dearest first; waiting does not count. */
export function hotFunctions({ nodes, samples, timeDeltas }: CpuProfile): readonly HotFunction[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const times = new Map<string, number>()
  for (const [index, id] of samples.entries()) {
    const name = names.get(id)
    if (name === undefined || waiting.has(name)) continue
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0))
  }
  const all = [...times.values()].reduce((sum, time) => sum + time, 0)
  return [...times]
    .map(([name, time]) => ({ name, share: time / all }))
    .toSorted((a, b) => b.share - a.share)
}

type CallFrame = CpuProfile['nodes'][number]['callFrame']

function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName || '(anonymous)'
  return url ? `${name} ${url.replace(/^.*\/(?=src\/)/, '')}:${lineNumber + 1}` : name
}
