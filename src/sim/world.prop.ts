/**
 * Whatever a wire does that ends: every byte arrives once and in order, both ends reach CLOSED, and the invariants
 * hold after every step. A failure prints fast-check's seed and path; `SEED=… npx vitest run src/sim/world.prop.ts` runs it again.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkInvariants, createWatch } from '../testing/invariants'
import { readingServer, sendingClient, twoHosts } from '../testing/worlds'
import { readEvent } from '../trace'
import type { WorldSpec } from '../trace'
import { createSession, position, sessionHash, stepForward, takeSnapshot } from '.'
import type { Session } from '.'

const seed = Number(process.env['SEED'] ?? 20_261_121)
const LIMIT_MICROS = 4_000_000_000

const wires = fc.record({
  seed: fc.nat({ max: 1_000_000 }),
  loss: fc.double({ min: 0, max: 0.2, noNaN: true }),
  duplicate: fc.double({ min: 0, max: 0.2, noNaN: true }),
  reorder: fc.double({ min: 0, max: 0.3, noNaN: true }),
  corrupt: fc.double({ min: 0, max: 0.1, noNaN: true }),
  delayMicros: fc.integer({ min: 100, max: 120_000 }),
  jitterMicros: fc.integer({ min: 0, max: 30_000 }),
  reorderMicros: fc.integer({ min: 1_000, max: 80_000 }),
  queuePackets: fc.integer({ min: 4, max: 100 }),
  rateBitsPerSecond: fc.constantFrom(200_000, 3_000_000, 10_000_000, 1_000_000_000),
  bytes: fc.integer({ min: 0, max: 60_000 }),
  answer: fc.integer({ min: 0, max: 30_000 }),
  sack: fc.boolean(),
  timestamps: fc.boolean(),
  congestion: fc.constantFrom('cubic', 'reno', 'bbr', 'bbr3'),
})

type Wire = typeof wires extends fc.Arbitrary<infer T> ? T : never

function specOf(wire: Wire): WorldSpec {
  const { bytes, answer, sack, timestamps, congestion, seed: worldSeed, ...link } = wire
  const sysctl = {
    tcp_sack: Number(sack),
    tcp_timestamps: Number(timestamps),
    tcp_congestion_control: congestion,
    // The test is about delivery: nobody may give up within its time.
    tcp_syn_retries: 12,
    tcp_synack_retries: 12,
    tcp_retries2: 40,
    tcp_orphan_retries: 40,
  }
  return twoHosts({
    seed: worldSeed,
    link,
    client: sendingClient(bytes),
    server: readingServer(answer),
    clientSysctl: sysctl,
    serverSysctl: sysctl,
  })
}

/** Runs to the end with the invariants checked after every step. */
function runWatched(spec: WorldSpec): Session {
  const session = createSession(spec)
  const watch = createWatch()
  while (position(session).at < LIMIT_MICROS && stepForward(session)) {
    checkInvariants(watch, takeSnapshot(session), session.branch.trace)
  }
  return session
}

/** Bytes that a host's connection took in order: each range must begin where the last one ended. */
function acceptedBytes(session: Session, host: number): number {
  let total = 0
  let next: number | undefined
  for (let i = 0; i < session.branch.trace.events.count; i++) {
    const event = readEvent(session.branch.trace, i)
    if (event.type !== 'tcp/dataAccepted' || event.host !== host) continue
    if (next !== undefined) expect(event.seq).toBe(next)
    next = (event.seq + event.bytes) % 2 ** 32
    total += event.bytes
  }
  return total
}

test('under any loss, reordering, duplication and corruption that ends, every byte arrives once and both ends close', () => {
  fc.assert(
    fc.property(wires, (wire) => {
      const session = runWatched(specOf(wire))
      expect(acceptedBytes(session, 1)).toBe(wire.bytes)
      expect(acceptedBytes(session, 0)).toBe(wire.answer)
      for (const host of takeSnapshot(session).hosts) expect(host.sockets.map((socket) => socket.state)).toEqual([])
    }),
    { seed, numRuns: 60 },
  )
})

test('any wire gives the same run twice', () => {
  fc.assert(
    fc.property(wires, (wire) => {
      const hash = (): string => {
        const session = createSession(specOf(wire))
        while (position(session).at < LIMIT_MICROS && stepForward(session)) continue
        return sessionHash(session)
      }
      expect(hash()).toBe(hash())
    }),
    { seed, numRuns: 15 },
  )
})
