/** A text and the name that faults call its file by. */
export interface Source {
  readonly text: string
  readonly file: string
}

/** What a text leans on outside itself. `load` is pure given this. */
export interface Host {
  /** The text of an included file, or why it cannot be read ("No such file or directory"). */
  read(path: string): string | { readonly error: string }
  /** The files that fit a pattern, sorted. */
  glob(pattern: string): readonly string[]
  /** The addresses that a host name has; none where it has none, or where names are not looked up. */
  addresses?(host: string): readonly string[]
  /** Of the machine; lower-cased here. */
  readonly hostname: string
  /** `-p`: what `error_log` and `pid` are named against; absolute. */
  readonly prefix: string
  /** The directory of the main file, which certificates and included files are named against; absolute. */
  readonly confDirectory: string
  /** `-e`: an absolute path or `stderr`, for where no `error_log` is said; else `stderr`. */
  readonly errorLog?: string
  /** `-g`: directives of the main context. */
  readonly directives?: string
}
