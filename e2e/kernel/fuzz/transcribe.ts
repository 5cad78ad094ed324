/**
 * A schedule as a packetdrill script: played on a host of ours, which decides what the relative numbers are, and whose packets, results and final
 * tcp_info become the script's expectations.
 *
 * A real machine's timers fire some milliseconds late. So that the order of things does not depend on it, a step is put off while a timer is about to
 * fire or has just fired.
 */
import { nextDeed, record, recordUntil, startRecording } from '../../../src/packetdrill'
import type { Recording } from '../../../src/packetdrill'
import type { Features, Schedule, Segment, StartState, Step } from './schedule'

const HEAD = `--tolerance_usecs=15000
--tcp_ts_tick_usecs=1000
\`./defaults.sh\`
`
const MS = 1_000
const SCALE = 2 ** 7
const MAX_FIELD = 65_535
/** Between a deed of a timer and the next step. */
const AFTER_TIMER = 30 * MS
const BEFORE_TIMER = 12 * MS
/** Of the handshake: no sum of the schedule's gaps, so that nothing happens just as an ACK is expected. */
const RTT_MS = 37
/** After the last step: what is owed then is sent. */
const END_MS = 60
/** What is compared of tcp_info at the end, beyond what a clock can change. */
const FIELDS = [
  'state ca_state retransmits probes backoff options snd_wscale rcv_wscale snd_mss rcv_mss unacked sacked lost retrans',
  'rcv_ssthresh snd_ssthresh snd_cwnd advmss reordering total_retrans bytes_acked bytes_received segs_out segs_in notsent_bytes',
  'data_segs_in data_segs_out delivered bytes_sent bytes_retrans dsack_dups reord_seen rcv_ooopack snd_wnd rcv_wnd',
]
  .join(' ')
  .split(' ')

/** TCP_CLOSE: what a connection was is forgotten here and there, on Linux too, and not in the same way. */
const CLOSED = 7
/** TCP_LISTEN: no connection. */
const LISTENING = 10
/** TCP_SYN_SENT: there is no peer yet whose MSS could be told. */
const WITHOUT_PEER = 2
/** TCP_SYN_RECV, with a descriptor: only of a simultaneous open, for which Linux does not take the timestamps off. */
const CROSSED = 3

interface Peer {
  readonly recording: Recording
  readonly features: Features
  /** Next byte that the peer has to send. */
  next: number
  /** Highest acknowledgment that the peer has sent. */
  acked: number
  /** Descriptor of the connection. */
  fd: number
  /** Whether SYNs have told which options are in use. */
  timestampValue: number
}

/** The script's text. Throws what our host throws: then that is the finding. */
export function transcribe(schedule: Schedule): string {
  const recording = startRecording(HEAD)
  const peer: Peer = { recording, features: schedule.features, next: 0, acked: 0, fd: 3, timestampValue: 1_000 }
  reach(peer, schedule.start)
  for (const step of schedule.steps) {
    if (step.after > 0) quietly(recording, recording.run.machine.now + step.after * MS)
    take(peer, step)
  }
  quietly(recording, recording.run.machine.now + END_MS * MS)
  const info = recording.run.machine.info()
  const open = recording.run.underTest !== undefined && recording.run.underTest.fd !== -1
  const asserts =
    info === undefined || !open
      ? []
      : FIELDS.filter((name) => !isForgotten(name, info['tcpi_state']))
          .filter((name) => info[`tcpi_${name}`] !== undefined)
          .map((name) => {
            const field = `tcpi_${name}`
            return `assert ${field} == ${info[field]}, ${field}`
          })
  const gap = (recording.run.machine.now - recording.finishedAt) / 1_000_000
  const code = asserts.length === 0 ? '' : `+${gap.toFixed(6)} %{\n${asserts.join('\n')}\n}%\n`
  return `${recording.lines.join('\n')}\n${code}`
}

function isForgotten(name: string, state: number): boolean {
  if (state === CLOSED || state === LISTENING) return name !== 'state'
  return (name === 'snd_mss' && state === WITHOUT_PEER) || (name === 'advmss' && state === CROSSED)
}

/** Lets time go on to `at`, or to somewhat later, where no timer is near. */
function quietly(recording: Recording, at: number): void {
  let to = at
  for (let i = 0; i < 40; i++) {
    recordUntil(recording, to)
    const last = recording.sent.at(-1)?.at ?? -Infinity
    const due = nextDeed(recording)
    if (last > to - AFTER_TIMER && last > at - AFTER_TIMER && i < 39 && last > recording.finishedAt - 1)
      to = Math.max(to + 1, last + AFTER_TIMER)
    else if (due > to && due <= to + BEFORE_TIMER) to = due + AFTER_TIMER
    else return
  }
}

function take(peer: Peer, step: Step): void {
  if (step.kind === 'call') record(peer.recording, step.text.replace('FD', String(peer.fd)))
  else sendSegment(peer, step)
  if (step.kind === 'call' && step.text.startsWith('accept') && peer.recording.lines.at(-1)?.endsWith('= 4'))
    accepted(peer)
}

function accepted(peer: Peer): void {
  peer.fd = 4
  record(peer.recording, 'fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0')
}

function sendSegment(peer: Peer, segment: Segment): void {
  const { recording } = peer
  const { flags } = segment
  const seq = (peer.next + segment.seq) >>> 0
  const highest = recording.sent.reduce((most, { packet }) => Math.max(most, endOf(packet)), 0)
  const ack = ((segment.ackOf === 'sent' ? highest : peer.acked) + segment.ack) >>> 0
  const length = flags.includes('S') || flags.includes('R') ? 0 : segment.length
  const acks = flags.includes('.') ? ` ack ${ack}` : ''
  const options = optionsOf(peer, segment, ack)
  record(
    recording,
    `< ${flags} ${seq}:${(seq + length) >>> 0}(${length})${acks} win ${windowOf(peer, segment)}${options}`,
  )
  if (seq === peer.next) peer.next += length + Number(flags.includes('S')) + Number(flags.includes('F'))
  if (acks !== '' && ack <= highest) peer.acked = Math.max(peer.acked, ack)
}

/** The schedule's windows are meant to be scaled by 7; without scaling they are as large in bytes, as far as the field goes. */
function windowOf({ features }: Peer, { window, flags }: Segment): number {
  return features.windowScale && !flags.includes('S') ? window : Math.min(window * SCALE, MAX_FIELD)
}

function endOf(packet: Recording['sent'][number]['packet']): number {
  const SYN_OR_FIN = 3
  const end = packet.seq + packet.length + Number((packet.flags & SYN_OR_FIN) !== 0)
  return packet.flags & 4 ? 0 : end
}

function optionsOf(peer: Peer, { flags, options }: Segment, ack: number): string {
  const { features, recording } = peer
  if (flags.includes('S')) return synOptions(peer, flags.includes('.'))
  const items: string[] = []
  const echo = lastTimestamp(recording)
  if (features.timestamps && options !== 'noTimestamp' && echo !== undefined) {
    if (options !== 'oldTimestamp') peer.timestampValue += 1
    const value = options === 'oldTimestamp' ? 5 : peer.timestampValue
    items.push('nop', 'nop', `TS val ${value} ecr ${echo}`)
  }
  const blocks = sackBlocks(options, ack)
  if (blocks !== '' && features.sack) items.push('nop', 'nop', `sack ${blocks}`)
  return items.length === 0 ? '' : ` <${items.join(',')}>`
}

function sackBlocks(options: Segment['options'], ack: number): string {
  if (options === 'sack') return `${ack + 1_000}:${ack + 2_000}`
  if (options === 'sackOutside') return `${ack + 1_000_000}:${ack + 1_001_000}`
  if (options === 'dsack' && ack > 100) return `${ack - 100}:${ack}`
  return ''
}

function synOptions(peer: Peer, answer: boolean): string {
  const { mss, sack, timestamps, windowScale } = peer.features
  const items = [`mss ${mss}`]
  if (sack) items.push('sackOK')
  const echo = answer ? (lastTimestamp(peer.recording) ?? 0) : 0
  if (timestamps) items.push(...(sack ? [] : ['nop', 'nop']), `TS val ${peer.timestampValue} ecr ${echo}`)
  else if (sack) items.push('nop', 'nop')
  if (windowScale) items.push('nop', 'wscale 7')
  return ` <${items.join(',')}>`
}

function lastTimestamp(recording: Recording): number | undefined {
  for (const { packet } of recording.sent.toReversed()) {
    for (const option of packet.options) if (option.kind === 'TS') return option.value
  }
  return undefined
}

const LISTEN = ['socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3', 'bind(3, ..., ...) = 0', 'listen(3, 5) = 0']
const PLAIN: Omit<Segment, 'flags'> = {
  kind: 'segment',
  seq: 0,
  length: 0,
  ackOf: 'sent',
  ack: 0,
  window: 257,
  options: 'plain',
}

/** Brings the host into a state, each step 20 ms after the one before. */
function reach(peer: Peer, state: StartState): void {
  const { recording } = peer
  const call = (text: string): void => record(recording, text)
  const segment = (flags: string, more: Partial<Segment> = {}): void => {
    quietly(recording, recording.run.machine.now + RTT_MS * MS)
    sendSegment(peer, { ...PLAIN, flags, ...more })
  }
  if (state === 'CLOSED') return
  if (state === 'SYN-SENT' || state === 'ESTABLISHED-ACTIVE') {
    call('socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3')
    call('connect(3, ..., ...) = -1')
    if (state === 'ESTABLISHED-ACTIVE') segment('S.')
    return
  }
  for (const text of LISTEN) call(text)
  if (state === 'LISTEN') return
  segment('S')
  if (state === 'SYN-RECEIVED') return
  segment('.')
  call('accept(3, ..., ...) = 4')
  accepted(peer)
  if (state === 'ESTABLISHED') return
  if (state === 'CLOSE-WAIT' || state === 'LAST-ACK') {
    segment('F.')
    if (state === 'LAST-ACK') call('close(4) = 0')
    return
  }
  call('shutdown(4, SHUT_WR) = 0')
  if (state === 'FIN-WAIT-1') return
  if (state === 'FIN-WAIT-2' || state === 'TIME-WAIT') segment('.')
  if (state === 'CLOSING') segment('F.', { ack: -1 })
  if (state === 'TIME-WAIT') segment('F.')
}
