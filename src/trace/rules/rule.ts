/** Where a behaviour comes from. */
export interface Rule {
  /** Document and clause, `man page(n)`, or 'none' where only an implementation says so. */
  readonly rfc: string
  /** Linux function path, caller first, or 'none'. */
  readonly linux: string
}
