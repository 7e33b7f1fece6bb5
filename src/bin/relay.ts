import { type Arguments, relayArguments, usage } from './relay-arguments.ts'
import { testConfig } from './relay-check.ts'
import { runFromFile, runFromHandoff } from './relay-program.ts'
import { version } from './version.ts'

/** What a program that does not stay says, and the status that it ends with. */
interface Said {
  readonly out?: string
  readonly error?: string
  readonly status: number
}

const said = await perform(relayArguments(process.argv.slice(2), process.cwd()))
if (said) {
  if (said.out) process.stdout.write(said.out)
  if (said.error) process.stderr.write(said.error)
  process.exitCode = said.status
}

/** `undefined`: the relay runs. */
async function perform(asked: Arguments): Promise<Said | undefined> {
  switch (asked.do) {
    case 'help':
      return { out: usage, status: 0 }
    case 'version':
      return { out: `postern ${version}\n`, status: 0 }
    case 'refuse':
      return { error: `relay: ${asked.reason}\n\n${usage}`, status: 2 }
    case 'run': {
      const { from } = asked
      if (from.kind === 'handoff') return failed(await runFromHandoff(from.dir, asked))
      if (asked.test) return testConfig(from.file, asked)
      return failed(await runFromFile(from.file, asked))
    }
  }
}

function failed(errors: readonly string[]): Said | undefined {
  return errors.length > 0 ? { error: `${errors.join('\n')}\n`, status: 1 } : undefined
}
