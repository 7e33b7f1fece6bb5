import { type Loaded, load } from '../../src/config/load.ts'
import type { Built } from '../../src/model/build.ts'

/** What a relay would make of a build. */
export function loadBuilt({ text, files }: Built): Loaded {
  return load(
    { text, file: 'relay.conf' },
    {
      hostname: 'relay',
      prefix: '/run',
      confDirectory: '/run',
      glob: () => [],
      read: path => files.get(path.replace('/run/', '')) ?? { error: 'No such file or directory' },
    },
  )
}
