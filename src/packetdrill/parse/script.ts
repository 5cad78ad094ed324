/** A whole script: options, setup commands, then events with their times. */
import { err, ok } from '../../base'
import type { Result } from '../../base'
import type { EventBody, Script, ScriptEvent, ShellLine } from '../syntax'
import { parseCall } from './call'
import { parseCode } from './code'
import { parseOptions } from './options'
import { parseIcmp, parsePacket } from './packet'
import { atEnd, expect, lineAt, ScriptError, skipBlank, take, takeText } from './scan'
import type { Scanner } from './scan'
import { parseTime, parseUntil } from './time'
import { Unsupported } from './unsupported'

export interface ParseFailure {
  /** The script uses what the runner leaves out on purpose. */
  readonly unsupported: boolean
  readonly line: number
  /** `path:line: expected ...`. */
  readonly message: string
}

/** Parses a script's text; `path` is only named in messages. */
export function parseScript(path: string, text: string): Result<Script, ParseFailure> {
  const scanner: Scanner = { path, text, at: 0, tokenEnd: 0 }
  try {
    const setup: ShellLine[] = []
    const options = parseOptions(scanner)
    for (;;) {
      const shell = takeShell(scanner)
      if (shell === undefined) break
      setup.push(shell)
    }
    const events: ScriptEvent[] = []
    while (!atEnd(scanner)) events.push(parseEvent(scanner))
    return ok({ path, options, setup, events })
  } catch (error) {
    if (error instanceof ScriptError) return err({ unsupported: false, line: error.line, message: error.message })
    if (error instanceof Unsupported) {
      return err({ unsupported: true, line: error.line, message: `${path}:${error.line}: ${error.message}` })
    }
    throw error
  }
}

function parseEvent(scanner: Scanner): ScriptEvent {
  skipBlank(scanner)
  const start = scanner.at
  const line = lineAt(scanner)
  // A command or code without a time follows at once.
  const untimed = /[`%]/y
  untimed.lastIndex = scanner.at
  const time = untimed.test(scanner.text) ? ({ kind: 'relative', after: 0 } as const) : parseTime(scanner)
  const what = parseBody(scanner)
  const text = scanner.text.slice(start, scanner.tokenEnd).replace(/\s+/g, ' ').trim()
  return { line, time, what, text }
}

function parseBody(scanner: Scanner): EventBody {
  const shell = takeShell(scanner)
  if (shell !== undefined) return { kind: 'shell', shell }
  if (takeText(scanner, '%{')) return parseCodeBody(scanner)
  const direction = take(scanner, /[<>]/y)?.[0]
  if (direction === undefined) {
    const until = parseUntil(scanner)
    return { kind: 'call', call: parseCall(scanner, until) }
  }
  const inbound = direction === '<'
  if (take(scanner, /icmp\b/y) !== undefined) {
    const icmp = parseIcmp(scanner)
    return inbound ? { kind: 'inboundIcmp', icmp } : { kind: 'outboundIcmp', icmp }
  }
  const packet = parsePacket(scanner)
  return inbound ? { kind: 'inbound', packet } : { kind: 'outbound', packet }
}

function parseCodeBody(scanner: Scanner): EventBody {
  const line = lineAt(scanner)
  const [, text] = expect(scanner, /([^]*?)\}%/y, 'code that ends with }%')
  return { kind: 'code', statements: parseCode(scanner.path, text, line) }
}

function takeShell(scanner: Scanner): ShellLine | undefined {
  skipBlank(scanner)
  const line = lineAt(scanner)
  const match = take(scanner, /`([^`]*)`/y)
  return match === undefined ? undefined : { line, text: match[1] }
}
