/** A script that does not hold: the event's line, and `expected ... got ...`. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly line: number
  readonly unsupported: boolean

  constructor(line: number, message: string, unsupported = false) {
    super(message)
    this.line = line
    this.unsupported = unsupported
  }
}

export function failAt(line: number, expected: string, got: string): never {
  throw new Failure(line, `expected ${expected} got ${got}`)
}

export function unsupportedAt(line: number, what: string): never {
  throw new Failure(line, what, true)
}
