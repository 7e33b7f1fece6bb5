import { randomUUID } from 'node:crypto'
import { readlink, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from './error-code.ts'
import { generationOf, type LinkName } from './layout.ts'

/** Which generation a link names; `undefined` if there is no link, or not one of ours. */
export async function resolveLink(dir: string, name: LinkName): Promise<string | undefined> {
  try {
    return generationOf(await readlink(join(dir, name)))
  } catch (error) {
    // EINVAL: something that is no link has that name.
    if (['ENOENT', 'EINVAL'].includes(errorCode(error))) return undefined
    throw error
  }
}

/** Moves a link in one step: at every moment it names the old generation or the new one. */
export async function moveLink(dir: string, name: LinkName, generation: string): Promise<void> {
  const passing = join(dir, `.${name}.${randomUUID()}`)
  await symlink(`${generation}.conf`, passing)
  try {
    await rename(passing, join(dir, name))
  } catch (error) {
    await rm(passing, { force: true })
    throw error
  }
}
