/** A row of the table of calls: what a call does, in all the situations in which it does the same. */
export interface Row {
  readonly call: string
  readonly situations: readonly string[]
  /** `= -1 EINVAL`, `blocked`. */
  readonly says: string
  /** What the machine sends by and after it, until the network is quiet: `FIN,ACK; ACK`. */
  readonly sends: string
  /** The state in which `ss` then finds the connections of that machine, where it is another than before. */
  readonly after: string
  /** What the page tells of it, in this order, beside other things: `blocked, to ESTABLISHED`. */
  readonly events: string
}

type Does = Partial<Pick<Row, 'sends' | 'after' | 'events'>>

/** The rows of one call. Names of situations are joined by semicolons. */
export function rows(
  call: string,
  ...of: readonly (readonly [says: string, situations: string, does?: Does])[]
): readonly Row[] {
  return of.map(([says, situations, does = {}]) => {
    return { call, situations: situations.split('; '), says, sends: '', after: '', events: '', ...does }
  })
}
