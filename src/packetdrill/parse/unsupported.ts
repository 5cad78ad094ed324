/**
 * What the language has and this runner leaves out on purpose: other protocols, Fast Open, MPTCP, MD5. A script that needs one is
 * neither passed nor failed.
 */
export class Unsupported extends Error {
  override readonly name = 'Unsupported'
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}
