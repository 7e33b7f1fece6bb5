/**
 * The volume that the two programs share:
 *
 *     wanted -> <sha256>.conf     moved by the controller: what the relay is to run
 *     good   -> <sha256>.conf     moved by the relay: what it last applied
 *     <sha256>.conf               a generation: a text named by its content
 *     tls/<sha256>.pem            keys and certificates, 0600, named by their content
 *     tables/<sha256>.txt         tables, likewise
 *     socket                      the request to apply, and its answer
 *
 * A text names its files relative to the folder, so the sha256 of the text covers them too, and
 * `relay -t -c FOLDER/wanted` checks by hand what a relay would run.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'

export type LinkName = 'wanted' | 'good'

/** The folders of files that texts name. */
export const fileFolders = ['tls', 'tables'] as const

const generationFile = /^([0-9a-f]{64})\.conf$/
const contentFile = /^(?:tls|tables)\/([0-9a-f]{64})\.[a-z]{1,8}$/
const contentFiles = /(?:tls|tables)\/[0-9a-f]{64}\.[a-z]{1,8}/g

/** `sun_path` holds 108 octets, of which the last ends the string (unix(7)). */
const socketPathLimit = 107

/** The sha256 of `content` in hex: the name of a generation, and of every file that a text names. */
export const digest = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex')

export const generationPath = (dir: string, generation: string): string =>
  join(dir, `${generation}.conf`)

/** The generation that a file name or a link's target stands for. */
export const generationOf = (name: string): string | undefined => generationFile.exec(name)?.[1]

export const isGeneration = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

/** Where a text's own file of that content stands, relative to the folder. */
export const keyFile = (content: string | Uint8Array): string => `tls/${digest(content)}.pem`

/** The digest in `tls/<sha256>.pem` and its kin; `undefined` for every other name. */
export const digestOf = (name: string): string | undefined => contentFile.exec(name)?.[1]

/** The files that a text needs, found by their unmistakable names; sorted, without duplicates. */
export const needs = (text: string): readonly string[] =>
  [...new Set(text.match(contentFiles) ?? [])].sort()

export const socketPath = (dir: string): string => join(dir, 'socket')

/** Why the folder cannot hold a socket, as a sentence; `undefined` if it can. */
export function socketPathFault(dir: string): string | undefined {
  const path = socketPath(dir)
  const length = Buffer.byteLength(path)
  return length > socketPathLimit
    ? `${path} is ${length} octets long and a Unix socket's path may have ${socketPathLimit}: use a shorter folder`
    : undefined
}
