/** What a command prints: lines, each with the socket that it tells of, so that a page can lead from one to the other. */

export interface TextLine {
  readonly text: string
  /** World-wide number of the socket that the line is about; -1 for none. */
  readonly socket: number
  /** What stays the same when a later run of the command tells of the same thing: its counterpart is found by this. '' for none. */
  readonly key: string
  readonly header: boolean
}

export function line(text: string, key = '', socket = -1): TextLine {
  return { text: text.trimEnd(), socket, key, header: false }
}

export function headerLine(text: string): TextLine {
  return { text: text.trimEnd(), socket: -1, key: '', header: true }
}
