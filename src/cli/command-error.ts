/** Input that a command cannot work with; its message is one sentence for the person who typed it. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** Turns what a parser of words threw into a CommandError. */
export function orCommandError<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CommandError(reason.split(/\. |\n/)[0].replace(/\.?$/, '.'))
  }
}
