/**
 * What a fuzzed conversation is made of: a starting state and steps, in numbers relative to what the two sides have sent, so that every step means
 * something whatever came before it, and a schedule can be made smaller by leaving steps out.
 */
import fc from 'fast-check'

export interface Segment {
  readonly kind: 'segment'
  /** Letters as in a script. */
  readonly flags: string
  /** Beyond the next byte that the peer has to send. */
  readonly seq: number
  readonly length: number
  /** Relative to the highest byte that the host has sent, or to what was acknowledged before. */
  readonly ackOf: 'sent' | 'acked'
  readonly ack: number
  readonly window: number
  readonly options: OptionChoice
}

export type OptionChoice = 'plain' | 'oldTimestamp' | 'noTimestamp' | 'sack' | 'sackOutside' | 'dsack' | 'synOptions'

export interface CallStep {
  readonly kind: 'call'
  readonly text: string
}

export type Step = (Segment | CallStep) & {
  /** Milliseconds since the step before. */
  readonly after: number
}

export interface Schedule {
  readonly start: StartState
  readonly features: Features
  readonly steps: readonly Step[]
}

/** What the peer's SYN offers. */
export interface Features {
  readonly timestamps: boolean
  readonly sack: boolean
  readonly windowScale: boolean
  readonly mss: number
}

export const START_STATES = [
  'CLOSED',
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'ESTABLISHED-ACTIVE',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSING',
  'TIME-WAIT',
  'CLOSE-WAIT',
  'LAST-ACK',
] as const
export type StartState = (typeof START_STATES)[number]

const FLAGS = [
  '.',
  '.',
  '.',
  '.',
  'P.',
  'P.',
  'F.',
  'F.',
  'R',
  'R.',
  'S',
  'S.',
  'F',
  '-',
  'SF',
  'SF.',
  'SR',
  'P',
  'FP.',
  'RF.',
  'E.',
  'W.',
]
const OFFSETS = [0, 0, 0, 0, 0, 0, 1, -1, 10, -10, 1_000, -1_000, 2_000, 30_000, 70_000, -70_000, 2_000_000_000]
const ACKS = [0, 0, 0, 0, 0, 1, -1, -500, 1_000, -100_000, 100_000, 2_000_000_000]
const LENGTHS = [0, 0, 0, 1, 10, 100, 1_000, 1_000, 1_460, 2_920]
const WINDOWS = [257, 257, 257, 257, 514, 1_000, 65_535, 0, 1, 8]

const segment: fc.Arbitrary<Segment> = fc.record({
  kind: fc.constant('segment' as const),
  flags: fc.constantFrom(...FLAGS),
  seq: fc.constantFrom(...OFFSETS),
  length: fc.constantFrom(...LENGTHS),
  ackOf: fc.constantFrom('sent', 'sent', 'acked'),
  ack: fc.constantFrom(...ACKS),
  window: fc.constantFrom(...WINDOWS),
  options: fc.constantFrom<OptionChoice>(
    ...(['plain', 'plain', 'plain', 'plain', 'plain', 'oldTimestamp', 'noTimestamp'] as const),
    ...(['sack', 'sack', 'sackOutside', 'dsack', 'synOptions'] as const),
  ),
})

/** Descriptor 3 is the first socket, 4 the accepted one; a call on one that is not there returns EBADF. */
const CALLS = [
  ...[1, 100, 1_000, 1_000, 3_000, 20_000, 100_000].map((bytes) => `write(FD, ..., ${bytes}) = 0`),
  ...[1, 1_000, 100_000, 100_000].map((bytes) => `read(FD, ..., ${bytes}) = 0`),
  'send(FD, ..., 1000, MSG_MORE) = 0',
  'recv(FD, ..., 1000, MSG_PEEK) = 0',
  'shutdown(FD, SHUT_WR) = 0',
  'shutdown(FD, SHUT_RD) = 0',
  'shutdown(FD, SHUT_RDWR) = 0',
  'close(FD) = 0',
  'close(FD) = 0',
  'accept(3, ..., ...) = 4',
  'connect(3, ..., ...) = 0',
  'listen(3, 5) = 0',
  'close(3) = 0',
  'setsockopt(FD, SOL_TCP, TCP_NODELAY, [1], 4) = 0',
  'setsockopt(FD, SOL_TCP, TCP_CORK, [1], 4) = 0',
  'setsockopt(FD, SOL_TCP, TCP_CORK, [0], 4) = 0',
  'setsockopt(FD, SOL_TCP, TCP_QUICKACK, [1], 4) = 0',
  'setsockopt(FD, SOL_TCP, TCP_QUICKACK, [0], 4) = 0',
  'setsockopt(FD, SOL_TCP, TCP_LINGER2, [1], 4) = 0',
  'setsockopt(FD, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0',
  'setsockopt(FD, SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0',
  'setsockopt(FD, SOL_SOCKET, SO_RCVBUF, [4000], 4) = 0',
]

const call: fc.Arbitrary<CallStep> = fc.record({ kind: fc.constant('call' as const), text: fc.constantFrom(...CALLS) })

const step: fc.Arbitrary<Step> = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: segment }, { weight: 2, arbitrary: call }),
    fc.constantFrom(0, 0, 0, 20, 30, 60, 110, 300),
  )
  .map(([what, after]) => ({ ...what, after }))

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  start: fc.constantFrom(...START_STATES, 'ESTABLISHED', 'ESTABLISHED'),
  features: fc.record({
    timestamps: fc.boolean(),
    sack: fc.boolean(),
    windowScale: fc.boolean(),
    mss: fc.constantFrom(1_000, 1_460, 536, 1_000),
  }),
  steps: fc.array(step, { minLength: 1, maxLength: 8 }),
})
