/** Packets in words: the names of their buttons, the rows of the table. */
import type { SessionInfo, Trace } from '../../trace'
import { controlName, COPY, isResent, otherName } from '../../viz'
import type { PacketIndex, PacketLine } from '../../viz'
import type { Catalogue } from '../text'

/** `SYN`, `data 1449 sent again`, `ACK 1`. */
export function packetPhrase(text: Catalogue, index: PacketIndex, trace: Trace, p: number): string {
  const { rows } = index
  const other = otherName(index, trace, p)
  if (other !== '') return rows.marks[p] & COPY ? text.ladder.copy(other) : other
  const control = controlName(rows.flags[p])
  const { segment } = text.ladder
  const what = control !== '' ? control : rows.length[p] > 0 ? segment.seq(rows.seq[p]) : segment.ack(rows.ack[p])
  if (rows.marks[p] & COPY) return text.ladder.copy(what)
  return isResent(index, p) ? text.ladder.again(what) : what
}

export function fatePhrase(text: Catalogue, line: Pick<PacketLine, 'held' | 'queued' | 'fate'>): string {
  return text.ladder.fate[line.held ? 'held' : line.queued ? 'queued' : line.fate]
}

/** `SYN from client, in flight`. */
export function packetLabel(
  text: Catalogue,
  index: PacketIndex,
  trace: Trace,
  hosts: SessionInfo['hosts'],
  line: Pick<PacketLine, 'packet' | 'held' | 'queued' | 'fate'>,
): string {
  const from = hosts[index.rows.from[line.packet]]?.name ?? ''
  return text.ladder.packet(packetPhrase(text, index, trace, line.packet), from, fatePhrase(text, line))
}
