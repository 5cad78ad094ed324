/** What a person points at. One thing at a time; it is ringed wherever it is drawn, and explained in the reading column. */
export type Selection =
  | { readonly kind: 'event'; readonly event: number }
  | { readonly kind: 'packet'; readonly packet: number }
  | { readonly kind: 'socket'; readonly host: number; readonly socket: number }
  | { readonly kind: 'edge'; readonly id: string }
  /** Bytes in sequence space, [start, end), counted as in ByteRun. */
  | {
      readonly kind: 'bytes'
      readonly host: number
      readonly socket: number
      readonly start: number
      readonly end: number
    }
