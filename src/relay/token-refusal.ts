import { bearerClient } from '../sasl/bearer.ts'
import type { Wire } from '../wire/wire.ts'
import { bearerOf, type Mechanism } from '../words/mechanism.ts'

/** A refusal: what is said, and for a token what is said before it and must be acknowledged. */
export interface Refusal {
  readonly text: string
  readonly challenge?: { readonly text: string; readonly wrong: string }
}

/** What a client says to a challenge is short, or wrong. */
const maxLine = 1_024

/** Says the refusal; of a token (RFC 7628 3.2.3) first why, which the client acknowledges. */
export async function refuse(wire: Wire, refusal: Refusal, mechanism: Mechanism): Promise<void> {
  const { challenge, text } = refusal
  const bearer = bearerOf(mechanism)
  if (!challenge || !bearer) {
    wire.write(text)
    return
  }
  wire.write(challenge.text)
  const said = await wire.read({ kind: 'line', atMost: maxLine })
  const heard =
    Buffer.isBuffer(said) && said.toString('latin1') === bearerClient(bearer).acknowledgement
  wire.write(heard ? text : challenge.wrong)
}
