/** Where objects come from, whatever the origin: a folder of files, or an API server. */

/** An object as it was read: its kind and name are there, nothing else is known to be right. */
export interface SourceObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Metadata
  readonly [field: string]: unknown
}

export interface Metadata {
  readonly name: string
  /** Absent where the kind is cluster-scoped. */
  readonly namespace?: string
  readonly [field: string]: unknown
}

/** Where a source puts what it reads. */
export interface Objects {
  insert(object: SourceObject): void
  remove(key: string): void
  /** Everything that cannot be read now, in place of what was said before. */
  faults(faults: readonly Fault[]): void
  /** Everything that was there at the start has been inserted; comes once. */
  synced(): void
}

export interface Fault {
  /** `FILE:LINE:COLUMN`, as far as it is known. */
  readonly where: string
  readonly message: string
}

export interface Source {
  /** Begins to read, and goes on until `close`. Rejects where it can never be read. */
  start(objects: Objects): Promise<void>
  close(): Promise<void>
}

/** Tells objects apart: `Secret/mail/example`, `MailProxyClass//internal`. */
export const keyOf = ({ kind, metadata }: Pick<SourceObject, 'kind' | 'metadata'>): string =>
  `${kind}/${metadata.namespace ?? ''}/${metadata.name}`
