/** What a packet is taken apart into, for reading. fields.ts makes these. */

export type FieldLayer = 'ip' | 'tcp' | 'options' | 'payload' | 'udp' | 'icmp'

export interface Field {
  readonly layer: FieldLayer
  /** Wireshark's name. */
  readonly name: string
  readonly value: string
  /** First byte, counted from the start of the packet. */
  readonly start: number
  /** In bytes; at least 1 but for an empty payload, which is not listed. */
  readonly length: number
  /** Set where the field is a part of its bytes: bits counted from the most significant one of byte `start`. */
  readonly bits?: { readonly first: number; readonly count: number }
  readonly children: readonly Field[]
}
