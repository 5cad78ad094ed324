/** How lines of a command's output are made (TextLine in trace/report.ts). */
import type { TextLine } from '../trace'

export function line(text: string, key = '', socket = -1): TextLine {
  return { text: text.trimEnd(), socket, key, header: false }
}

export function headerLine(text: string): TextLine {
  return { text: text.trimEnd(), socket: -1, key: '', header: true }
}
