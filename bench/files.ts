import { execFileSync, spawnSync } from 'node:child_process'

/** Descriptors that a program needs beside those of its sessions. */
const spare = 500

/** A proxy holds two descriptors a session, and so does the load program. */
const perSession = 2

export interface Room {
  /** The limit of open files to start programs with. */
  readonly files: number
  /** How many sessions fit at once. */
  readonly sessions: number
}

/** The room for `wanted` sessions at once, or for as many as this machine's limit allows. */
export function roomFor(wanted: number): Room {
  const files = perSession * wanted + spare
  if (spawnSync('prlimit', [`--nofile=${files}:${files}`, 'true']).status === 0)
    return { files, sessions: wanted }
  const text = execFileSync('prlimit', ['--nofile', '--output=HARD', '--noheadings'])
  const hard = Number(text.toString().trim())
  return { files: hard, sessions: Math.floor((hard - spare) / perSession) }
}
