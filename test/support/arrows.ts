import { imports, packageOf } from './imports.ts'

/** What the files of one folder of `src` may import beside the folder's own. */
interface Room {
  readonly rooms: readonly string[]
  readonly packages: readonly string[]
  /** Without `node:`. */
  readonly modules: readonly string[]
}

const anything = ['*']
/** Neither I/O nor state: open to every room. */
const pure = ['util', 'buffer']

/** The arrows. A folder that is not here may not exist; where a file does not fit, this changes first. */
export const arrows: Readonly<Record<string, Room>> = {
  words: { rooms: [], packages: [], modules: [] },
  directives: { rooms: ['words'], packages: [], modules: [] },
  sasl: { rooms: ['words'], packages: [], modules: [] },
  handoff: {
    rooms: ['words'],
    packages: [],
    modules: ['fs', 'fs/promises', 'net', 'path', 'crypto', 'events'],
  },
  wire: { rooms: ['words'], packages: [], modules: ['net', 'tls', 'events', 'perf_hooks'] },
  observe: {
    rooms: ['words'],
    packages: ['pino', 'prom-client'],
    modules: ['fs', 'http', 'events', 'dgram', 'os'],
  },
  api: { rooms: ['directives', 'words'], packages: [], modules: [] },
  model: { rooms: ['api', 'directives', 'words'], packages: [], modules: ['crypto', 'tls'] },
  source: {
    rooms: ['api', 'handoff', 'observe', 'words'],
    packages: ['yaml'],
    modules: ['fs', 'fs/promises', 'path', 'events'],
  },
  kube: {
    rooms: ['api', 'source', 'observe', 'words'],
    packages: ['@kubernetes/client-node'],
    modules: anything,
  },
  config: { rooms: ['directives', 'words'], packages: [], modules: [] },
  upstream: { rooms: ['config', 'words'], packages: [], modules: [] },
  protocol: { rooms: ['sasl', 'words'], packages: [], modules: [] },
  relay: {
    rooms: ['config', 'upstream', 'protocol', 'sasl', 'wire', 'handoff', 'observe', 'words'],
    packages: [],
    modules: [
      ...['net', 'tls', 'dns', 'dns/promises', 'fs', 'fs/promises', 'crypto', 'events', 'path'],
      'perf_hooks',
    ],
  },
  demo: { rooms: anything, packages: ['selfsigned'], modules: anything },
  bin: { rooms: anything, packages: ['yaml'], modules: anything },
}

/** Nothing imports these two. */
const closed = new Set(['bin', 'demo'])

/** Every import that goes against an arrow, as `path:line: from → to (target)`. */
export function strays(files: ReadonlyMap<string, string>): readonly string[] {
  return [...files].flatMap(([path, source]) => {
    const from = roomOf(path)
    const room = arrows[from]
    if (room === undefined) return [`${path}: no such folder in the table of arrows`]
    return imports(path, source)
      .filter(({ target }) => !allowed(from, room, target))
      .map(({ target, line }) => `${path}:${line}: ${from} → ${roomOf(target)} (${target})`)
  })
}

function roomOf(path: string): string {
  const [top, room] = path.split('/')
  return top === 'src' && room !== undefined ? room : path
}

function allowed(from: string, room: Room, target: string): boolean {
  const has = (list: readonly string[], word: string) => list.includes(word) || list.includes('*')
  if (target === '?') return from === 'bin'
  if (target.startsWith('node:'))
    return has([...pure, ...room.modules], target.slice('node:'.length))
  if (!target.startsWith('src/')) return has(room.packages, packageOf(target))
  const to = roomOf(target)
  if (to === from) return true
  // The demo is started by a program of its own.
  if (closed.has(to)) return from === 'bin' && to === 'demo'
  return has(room.rooms, to)
}
