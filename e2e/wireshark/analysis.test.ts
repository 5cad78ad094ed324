/**
 * What Wireshark makes of our captures is what our stack says it did: a retransmission where it sent again and nowhere else, a duplicate ACK where it
 * sent one, a zero window where it had no room, a probe where it probed, nothing lost from the capture. Each packet of each scenario is
 * held against the purpose that our stack gave for sending it.
 *
 * Wireshark sees both ends' packets as they left, so it knows of an ACK before its receiver does: that is why what we sent again in good faith may be
 * "spurious" to it. It takes what was sent again within a round trip of the newest segment for "out of order"; and our zero-window
 * probes, like Linux's, bear no byte, which it calls keep-alive.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { captureRun } from '../../src/capture'
import { SCENARIOS } from '../../src/scenario'
import { capturePackets } from '../../src/sim'
import { playScenario } from '../../src/testing/scenario-run'
import { packetHeader } from '../../src/trace'
import type { Trace, TraceEvent } from '../../src/trace'
import { ACK, FIN, RST, SYN } from '../../src/wire'
import { describeWithTshark } from './tshark'

const ANALYSIS = [
  'retransmission',
  'fast_retransmission',
  'spurious_retransmission',
  'out_of_order',
  'duplicate_ack',
  'zero_window',
  'window_full',
  'keep_alive',
  'lost_segment',
  'ack_lost_segment',
  'reused_ports',
] as const
type Flag = (typeof ANALYSIS)[number]
const FIELDS = [
  ...ANALYSIS.map((flag) => `tcp.analysis.${flag}` as const),
  'tcp.window_size_value',
  'tcp.flags',
  'tcp.stream',
] as const

/** A packet as our trace has it, with what Wireshark says of it. */
interface Judged {
  readonly number: number
  /** Why it was sent; 'copy' for one that the wire made. */
  readonly purpose: string
  /** Its bytes, SYN or FIN had left before from the same socket. */
  readonly again: boolean
  /** They leave for the first time. */
  readonly fresh: boolean
  readonly flags: ReadonlySet<Flag>
  readonly window: number
  readonly tcpFlags: number
  /** What its sender waits for afterwards. */
  readonly waits: string
}

const folder = mkdtempSync(join(tmpdir(), 'tcpscope-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
const RETRANSMITS = ['fastRetransmit', 'timeoutRetransmit']
const AGAIN: readonly Flag[] = ['retransmission', 'fast_retransmission', 'spurious_retransmission', 'out_of_order']
const PROBES = ['keepaliveProbe', 'windowProbe']
/** How often each flag and each purpose of interest was met in all scenarios. */
const met = new Map<string, number>()

/** What our trace knows of each packet, by number. */
function purposes(
  events: readonly TraceEvent[],
  packets: Trace['packets'],
): Map<number, Pick<Judged, 'purpose' | 'again' | 'fresh' | 'waits'>> {
  const known = new Map<number, { purpose: string; again: boolean; fresh: boolean; waits: string }>()
  const farthest = new Map<string, number>()
  const last = new Map<string, number>()
  for (const event of events) {
    const key = `${event.host} ${event.socket}`
    if (event.type === 'tcp/segmentSent') {
      const occupied = event.length + (event.flags & SYN ? 1 : 0) + (event.flags & FIN ? 1 : 0)
      // SYN cookies of many peers leave one listener.
      const to = packetHeader(packets, event.packet)
      const pair = `${key} ${to.slice(16, 20).join('.')}:${to.slice(22, 24).join('.')}`
      const edge = farthest.get(pair)
      const beyond = edge === undefined ? 1 : (event.seq + occupied - edge) | 0
      const fresh = edge === undefined ? 0 : (event.seq - edge) | 0
      const again = occupied > 0 && fresh < 0
      known.set(event.packet, { purpose: event.purpose, again, fresh: occupied > 0 && !again, waits: '' })
      last.set(key, event.packet)
      if (occupied > 0 && beyond > 0) farthest.set(pair, (event.seq + occupied) >>> 0)
    } else if (event.type === 'tcp/waiting') {
      const packet = known.get(last.get(key) ?? -1)
      if (packet !== undefined) packet.waits = event.reason
    } else if (event.type === 'link/packetDuplicated') {
      known.set(event.copy, { purpose: 'copy', again: true, fresh: false, waits: '' })
    }
  }
  return known
}

/** Sentences for everything that Wireshark and our stack do not agree on. */
function disagreements({ number, purpose, again, fresh, flags, window, tcpFlags, waits }: Judged): string[] {
  const wrong: string[] = []
  const expectThat = (holds: boolean, sentence: string): void => {
    if (!holds)
      wrong.push(`packet ${number}, sent as ${purpose}, ${[...flags].join(' and ') || 'no flag'}: ${sentence}`)
  }
  const seenAgain = AGAIN.some((flag) => flags.has(flag))
  if (purpose !== 'raw' && purpose !== 'copy') {
    expectThat(seenAgain === again, again ? 'it was sent before' : 'it was not sent before')
    expectThat(!RETRANSMITS.includes(purpose) || again, 'a retransmission of what never left')
    expectThat(!['data', 'fin', 'ack', 'delayedAck'].includes(purpose) || !seenAgain, 'it is not a retransmission')
    expectThat(!flags.has('fast_retransmission') || purpose === 'fastRetransmit', 'it is no fast retransmission')
    expectThat(
      !flags.has('duplicate_ack') || ['duplicateAck', 'challengeAck'].includes(purpose),
      'it is no duplicate ACK',
    )
    // A probe takes data along that a cork or Nagle's rule held back, and is none to Wireshark then.
    expectThat(flags.has('keep_alive') === (PROBES.includes(purpose) && !fresh), 'probes are keep-alives to Wireshark')
    expectThat(!flags.has('window_full') || waits === 'peerWindow' || waits === 'persist', `its sender waits: ${waits}`)
  }
  const hasWindow = (tcpFlags & (SYN | FIN | RST)) === 0 && (tcpFlags & ACK) !== 0
  expectThat(flags.has('zero_window') === (hasWindow && window === 0), `its window is ${window}`)
  expectThat(!flags.has('lost_segment') && !flags.has('ack_lost_segment'), 'every packet is in the capture')
  return wrong
}

await describeWithTshark("Wireshark's analysis agrees with what our stack says it did", (read) => {
  for (const { id } of SCENARIOS) {
    test(id, () => {
      const { session, events } = playScenario(id)
      const known = purposes(events, session.branch.trace.packets)
      // Segments as they left the end that made them: what routers passed on would be sent twice to Wireshark.
      const packets = capturePackets(session, 0, session.branch.trace.packets.count).filter(({ packet }) =>
        known.has(packet),
      )
      const { hosts, seed } = session.spec
      const file = join(folder, `${id}.pcapng`)
      writeFileSync(file, captureRun(packets, { title: id, seed, hosts }))
      const rows = read(file, FIELDS)
      const judged = rows.map((row, place): Judged => {
        const number = packets[place].packet
        const flags = new Set(ANALYSIS.filter((flag) => row[`tcp.analysis.${flag}`] !== ''))
        const { purpose = 'unknown', again = false, fresh = false, waits = '' } = known.get(number) ?? {}
        for (const word of [purpose, ...flags]) met.set(word, (met.get(word) ?? 0) + 1)
        return {
          number,
          purpose,
          again,
          fresh,
          waits,
          flags,
          window: Number(row['tcp.window_size_value']),
          tcpFlags: Number(row['tcp.flags']),
        }
      })
      expect(judged.flatMap(disagreements)).toEqual([])
    })
  }

  describe('and there was something to agree on', () => {
    test.each([
      ...RETRANSMITS,
      ...PROBES,
      'duplicateAck',
      'tailLossProbe',
      'fast_retransmission',
      'zero_window',
      'window_full',
    ])('%s was met', (word) => {
      expect(met.get(word) ?? 0).toBeGreaterThan(0)
    })
  })
})
