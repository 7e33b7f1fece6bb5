/**
 * What the relay answers when it is asked to apply a generation. Only a text that `relay -t` refuses
 * is refused whole; everything else is answered per listener.
 */
export type Answer =
  | {
      readonly kind: 'applied'
      /** The sha256 of the text, in hex. */
      readonly generation: string
      readonly listeners: readonly ListenerAnswer[]
    }
  | {
      readonly kind: 'refused'
      readonly generation: string
      /** One per fault, as `relay -t` prints them. */
      readonly errors: readonly string[]
    }

/** What became of one `listen`: `kept`, the old one goes on; `failed`, nothing listens there. */
export type ListenerAnswer =
  | (ListenerKey & { readonly outcome: 'applied' })
  | (ListenerKey & { readonly outcome: 'kept' | 'failed'; readonly reason: string })

export interface ListenerKey {
  /** `name=` of the `listen`, else `address:port`. */
  readonly name: string
  readonly address: string
  readonly port: number
}
