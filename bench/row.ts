import type { Form } from './form.ts'
import type { Load } from './load.ts'
import type { Port } from './ports.ts'
import type { Unit } from './units.ts'

/**
 * The most that Postern's figure may be: a multiple of a peer's, or a figure of its own. `holds`: what
 * it must hold until it gets there.
 */
export type Target = (
  | { readonly ratio: number; readonly to: string }
  | { readonly most: number }
) & { readonly holds?: number }

/** One line of the table. */
export interface Line {
  /** Its name among its row's lines. */
  readonly id: string
  /** What it adds to the row's title. */
  readonly title: string
  readonly unit: Unit
  readonly targets: readonly Target[]
  /** It tells how the others came about, and nothing of the proxy: no ratio. */
  readonly aside?: true
}

/** One measurement, and the lines that it makes in the table. */
export interface Row {
  readonly id: string
  readonly title: string
  readonly port: Port
  readonly measures: 'cpu' | 'trips' | 'memory' | 'latency' | 'reload' | 'start-up' | 'growth'
  readonly lines: readonly Line[]
  /** The row whose figure on nginx the ratios are to, where nginx has not got this one. */
  readonly against?: string
  /** The size of the proxy's buffers decides this row. */
  readonly buffered: boolean
  /** Measured on the peers too that are no mail proxy like nginx. */
  readonly others: boolean
  readonly quick: boolean
  /** Too long for more than one round. */
  readonly once: boolean
  /** What a proxy does before it is measured: code is compiled, pools are filled. */
  warmUp(form: Form, compiling: boolean): readonly Load[]
  load(form: Form): Load
}
