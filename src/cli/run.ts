/** `run`: plays a scenario to its end, or to a time, and prints it as a ladder, as events, as a summary, or as what a Linux tool would print on its hosts. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { MICROS_PER_SECOND } from '../base'
import type { Micros } from '../base'
import { captureRun } from '../capture'
import { decodeLink, findScenario, freshSession, micros, parseSession, toWorldSpec } from '../scenario'
import type { SessionDocument } from '../scenario'
import { capturePackets, endPosition, replaySession, runUntil, seek } from '../sim'
import type { Session } from '../sim'
import { readEvent } from '../trace'
import { readChoice, readTime, readWords } from './args'
import { CommandError } from './command-error'
import { ladderLines } from './ladder'
import { hostTexts } from './host-texts'
import { summarize } from './summary'

/** Where a scenario that says nothing stops: past a TIME-WAIT. */
const ORDINARY_END: Micros = 120 * MICROS_PER_SECOND
const MOST_STEPS = 20_000_000
const FORMATS = ['ladder', 'events', 'summary', 'text'] as const
type Format = (typeof FORMATS)[number]

export function runCommand(words: readonly string[]): void {
  const { positionals, values } = readWords(words, ['until', 'format', 'pcap', 'host', 'command'])
  const [source, ...rest] = positionals
  if (source === undefined) throw new CommandError('run needs a scenario: an id, a file or a link.')
  if (rest.length > 0) throw new CommandError(`run takes one scenario; "${rest[0]}" is one word too many.`)
  const format = readChoice('format', values['format'], FORMATS, 'summary')
  const until = readTime('until', values['until'])
  const opened = openSource(source)
  const session = play(opened, until)
  if (values['pcap'] !== undefined) writeCapture(values['pcap'], session, opened.document.title)
  const lines =
    format === 'text'
      ? hostTexts(session, values['command'] ?? 'ss -tan', values['host'])
      : print(session, format, opened.document.id)
  process.stdout.write(`${lines.join('\n')}\n`)
}

function openSource(source: string): SessionDocument {
  const builtIn = findScenario(source)
  if (builtIn !== undefined) return freshSession(builtIn)
  const hash = source.includes('#') ? source.slice(source.indexOf('#') + 1) : undefined
  if (hash === undefined && existsSync(source)) {
    const parsed = parseSession(readText(source))
    if (!parsed.ok) throw new CommandError(`${source}: ${parsed.error}`)
    return parsed.value
  }
  if (hash === undefined && !source.startsWith('1.')) {
    throw new CommandError(
      `"${source}" is neither a built-in scenario nor a file; \`tcpscope scenarios\` lists what there is.`,
    )
  }
  const decoded = decodeLink(hash ?? source)
  if (!decoded.ok) throw new CommandError(decoded.error)
  return decoded.value
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

function play({ document, commands, position }: SessionDocument, until: Micros | undefined): Session {
  const { session } = replaySession(toWorldSpec(document), commands, position)
  seek(session, { to: 'end' })
  const written = micros(document.until, ORDINARY_END)
  const end = until ?? Math.max(endPosition(session).at, written)
  if (end < endPosition(session).at) seek(session, { to: 'time', at: end })
  else runUntil(session, end, MOST_STEPS)
  return session
}

function print(session: Session, format: Exclude<Format, 'text'>, scenario: string): string[] {
  if (format === 'ladder') return ladderLines(session.branch.trace, session.spec)
  if (format === 'summary') return [JSON.stringify(summarize(session, scenario), null, 1)]
  const { trace } = session.branch
  return Array.from({ length: trace.events.count }, (_, index) => JSON.stringify(readEvent(trace, index)))
}

function writeCapture(path: string, session: Session, title: string): void {
  const packets = capturePackets(session, 0, session.branch.trace.packets.count)
  const bytes = captureRun(packets, { title, seed: session.spec.seed, hosts: session.spec.hosts })
  try {
    writeFileSync(path, bytes)
  } catch (error) {
    throw new CommandError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}.`)
  }
}
