/** What leaves the engine as bytes: one packet for the inspector, a capture, the session, the events. */
import { utf8Bytes } from '../base'
import { captureRun, wholePacket } from '../capture'
import { capturePackets, position, takeReport } from '../sim'
import type { Session } from '../sim'
import { readEvent } from '../trace'
import type { ExportFormat, Reply } from '../trace'
import { runText } from '../texts'
import { saveSession } from './open'
import type { OpenSession } from './open'

/** One packet as it left its host, header and payload; a sentence when there is no such packet. */
export function packetBytes(session: Session, packet: number): Reply | string {
  const [captured] = capturePackets(session, packet, packet + 1)
  if (captured === undefined) return `There is no packet ${packet} in this branch.`
  const { header, payload } = captured
  return { kind: 'packetBytes', bytes: wholePacket(header, payload), headerLength: header.length }
}

/** What a command prints on a host, or why it does not; a sentence when there is no such host. */
export function hostText(session: Session, host: number, command: string): Reply | string {
  const report = takeReport(session, host)
  if (report === undefined) return `There is no host ${host}.`
  const printed = runText(command, report)
  return printed.ok
    ? { kind: 'hostText', lines: printed.value, error: '' }
    : { kind: 'hostText', lines: [], error: printed.error }
}

/** The session up to where it stands, in one of the formats that other programs read. */
export function exportSession(open: OpenSession, format: ExportFormat): Reply {
  const { session, document } = open
  switch (format) {
    case 'pcapng':
      return file(`${document.id}.pcapng`, 'application/x-pcapng', pcapng(session, document.title))
    case 'session':
      return file(`${document.id}.tcpscope.json`, 'application/json', utf8Bytes(saveSession(open)))
    case 'events':
      return file(`${document.id}.events.jsonl`, 'application/x-ndjson', utf8Bytes(eventLines(session)))
  }
}

function file(name: string, mime: string, bytes: Uint8Array): Reply {
  return { kind: 'export', name, mime, bytes }
}

function pcapng(session: Session, title: string): Uint8Array {
  const { packets } = session.branch.trace
  const sent = capturePackets(session, 0, packets.count).filter(({ at }) => at <= position(session).at)
  return captureRun(sent, { title, seed: session.spec.seed, hosts: session.spec.hosts })
}

function eventLines(session: Session): string {
  const lines: string[] = []
  for (let i = 0; i < position(session).event; i++) lines.push(JSON.stringify(readEvent(session.branch.trace, i)))
  return `${lines.join('\n')}\n`
}
