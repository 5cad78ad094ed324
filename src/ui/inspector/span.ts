/** A run of bytes of the packet that is looked at. */
export interface Span {
  readonly start: number
  readonly length: number
}
