/**
 * A whole run drawn from one number: hosts, links, settings, programs, faults and the moment at which the network heals. The same seed is
 * the same run, so a failure is told by its seed alone (until there is more to draw: what a seed once found is a test of its own). Decides nothing about what is right: that is invariants.ts.
 */
import { createPrng, nextChance, nextInt, nextUnit } from '../../src/base'
import type { Micros, Prng } from '../../src/base'
import { CONGESTION_ALGORITHMS } from '../../src/tcp'
import { LINUX_SYSCTL } from '../../src/trace'
import type { HostSpec, LinkSettings, LinkSpec, ProgramSpec, Sysctl, TimedAction, WorldSpec } from '../../src/trace'
import { addressOf, magnitude, pick } from './chance'
import { drawFlow } from './workloads'
import type { Flow } from './workloads'

export interface SimRun {
  readonly seed: number
  readonly spec: WorldSpec
  readonly flows: readonly Flow[]
  /** From here on nothing is lost, damaged or late, and everybody must come to an end. */
  readonly healAt: Micros
  /** A host is switched off on the way: what it was sent is gone. */
  readonly crashes: boolean
  /**
   * Every byte must arrive and every socket be closed. Not so where a host loses its power, nor with SYN cookies, which hold the first sequence number only
   * by its sum with others: an ACK that lost its predecessor, or came twice, opens a connection that the other end knows nothing of; nor with
   * tcp_shrink_window, which lets islands take the very memory that the gap before them needs.
   */
  readonly promises: boolean
  /** The first connection's numbers begin so many short of 2^32 (wrap.ts); undefined where they fall as they fall. */
  readonly wrapsAfter: number | undefined
}

const MS = 1_000
const SECOND = 1_000_000

/** A cable without faults, as every link is after `healAt`. */
const HEALED: LinkSettings = {
  rateBitsPerSecond: 100_000_000,
  delayMicros: 5 * MS,
  jitterMicros: 0,
  queuePackets: 1_000,
  loss: 0,
  reorder: 0,
  reorderMicros: 0,
  duplicate: 0,
  corrupt: 0,
  markPackets: 0,
}

export function drawRun(seed: number): SimRun {
  const random = createPrng(seed, 'simulation')
  const hosts = 2 + nextInt(random, 3)
  const healAt = magnitude(random, 200 * MS, 40 * SECOND)
  const links = drawLinks(random, hosts)
  const flows = Array.from({ length: 1 + nextInt(random, 4) }, (_, index) => drawFlow(random, index, links))
  const crashes = nextChance(random, 0.06)
  const sysctls = Array.from({ length: hosts }, () => drawSysctl(random))
  const spec: WorldSpec = {
    scenario: `simulation ${seed}`,
    seed,
    hosts: sysctls.map((sysctl, index): HostSpec => {
      const programs: ProgramSpec[] = flows.flatMap(({ programs: all }) => all.filter(({ host }) => host === index))
      return { name: `h${index}`, address: addressOf(index), role: 'other', sysctl, programs }
    }),
    links,
    faults: [],
    actions: [...drawTroubles(random, links.length, hosts, healAt, crashes), ...heal(links.length, healAt)].toSorted(
      (one, other) => one.at - other.at,
    ),
  }
  const promises = !crashes && sysctls.every((sysctl) => sysctl.tcp_syncookies === 0 && sysctl.tcp_shrink_window === 0)
  const wrapsAfter = nextChance(random, 0.2) ? magnitude(random, 1, 100_000) : undefined
  return { seed, spec, flows, healAt, crashes, promises, wrapsAfter }
}

/** A star or a line or both: every host but the first has a cable to an earlier one, and hosts do not forward. */
function drawLinks(random: Prng, hosts: number): LinkSpec[] {
  const links: LinkSpec[] = []
  for (let b = 1; b < hosts; b++) {
    const a = nextInt(random, b)
    const forth = drawLink(random)
    links.push({ a, b, aToB: forth, bToA: nextChance(random, 0.5) ? forth : drawLink(random) })
  }
  return links
}

function drawLink(random: Prng): LinkSettings {
  const chance = (share: number, most: number): number => (nextChance(random, share) ? nextUnit(random) ** 2 * most : 0)
  return {
    rateBitsPerSecond: pick(
      random,
      0,
      magnitude(random, 100_000, 1_000_000_000),
      magnitude(random, 1_000_000, 20_000_000),
    ),
    delayMicros: magnitude(random, 10, 300 * MS),
    jitterMicros: nextChance(random, 0.4) ? magnitude(random, 10, 50 * MS) : 0,
    queuePackets: magnitude(random, 1, 300),
    markPackets: nextChance(random, 0.4) ? magnitude(random, 1, 60) : 0,
    loss: chance(0.6, 0.5),
    reorder: chance(0.4, 0.5),
    reorderMicros: magnitude(random, 100, 200 * MS),
    duplicate: chance(0.3, 0.4),
    corrupt: chance(0.3, 0.3),
  }
}

/** The world must come to an end by delivering, so nobody may give up: the retries are many. */
function drawSysctl(random: Prng): Partial<Sysctl> {
  const flag = (usual: number, share: number): number => (nextChance(random, share) ? 1 - usual : usual)
  const [low, initial, high] = LINUX_SYSCTL.tcp_rmem
  return {
    tcp_syn_retries: 30,
    tcp_synack_retries: 30,
    tcp_retries2: 60,
    tcp_orphan_retries: 60,
    tcp_keepalive_time: 20,
    tcp_keepalive_intvl: 5,
    tcp_keepalive_probes: 8,
    tcp_sack: flag(1, 0.3),
    tcp_dsack: flag(1, 0.2),
    tcp_timestamps: flag(1, 0.3),
    tcp_window_scaling: flag(1, 0.2),
    tcp_recovery: flag(1, 0.2),
    tcp_early_retrans: pick(random, 0, 3, 3, 3),
    tcp_frto: pick(random, 0, 2, 2),
    tcp_slow_start_after_idle: flag(1, 0.3),
    tcp_moderate_rcvbuf: flag(1, 0.2),
    tcp_autocorking: flag(1, 0.3),
    tcp_reordering: pick(random, 3, 3, 3, 10),
    tcp_congestion_control: pick(random, ...CONGESTION_ALGORITHMS),
    tcp_ecn: pick(random, 0, 0, 2, 1, 3, 4, 5),
    tcp_ecn_option: pick(random, 0, 1, 2, 2, 3),
    tcp_syncookies: nextChance(random, 0.05) ? 1 + nextInt(random, 2) : 0,
    tcp_shrink_window: nextChance(random, 0.03) ? 1 : 0,
    tcp_tw_reuse: pick(random, 0, 1, 2),
    tcp_mtu_probing: pick(random, 0, 0, 1, 2),
    tcp_thin_linear_timeouts: flag(0, 0.1),
    tcp_rto_max_ms: pick(random, 120_000, 120_000, 10_000),
    tcp_fin_timeout: pick(random, 5, 60),
    initcwnd: pick(random, 1, 2, 4, 10, 10, 10, 40),
    mtu: pick(random, 1_500, 1_500, 1_500, 1_280, 576, 9_000),
    tcp_rmem: nextChance(random, 0.3) ? [low, magnitude(random, 4_096, 100_000), high] : [low, initial, high],
    tcp_wmem: nextChance(random, 0.3) ? [4_096, magnitude(random, 4_608, 100_000), 4_194_304] : LINUX_SYSCTL.tcp_wmem,
  }
}

/** Cables that come loose, links that change, a host without power: all before the network heals. */
function drawTroubles(random: Prng, links: number, hosts: number, healAt: Micros, crashes: boolean): TimedAction[] {
  const actions: TimedAction[] = []
  const when = (): Micros => Math.floor(nextUnit(random) * healAt)
  for (let i = nextInt(random, 5); i > 0; i--) {
    const link = nextInt(random, links)
    const direction = pick(random, 'aToB', 'bToA', 'both')
    if (nextChance(random, 0.4)) {
      actions.push({ at: when(), action: { kind: 'plug', link, connected: nextChance(random, 0.5) } })
    } else {
      actions.push({ at: when(), action: { kind: 'link', link, direction, settings: drawLink(random) } })
    }
  }
  // A burst: everything is lost for a moment.
  if (nextChance(random, 0.3)) {
    const [link, at] = [nextInt(random, links), when()]
    const after = at + magnitude(random, MS, 3 * SECOND)
    actions.push({ at, action: { kind: 'link', link, direction: 'both', settings: { loss: 1 } } })
    actions.push({ at: after, action: { kind: 'link', link, direction: 'both', settings: { loss: 0.02 } } })
  }
  if (crashes) {
    const [host, at] = [nextInt(random, hosts), when()]
    actions.push({ at, action: { kind: 'crash', host } })
    actions.push({ at: at + magnitude(random, MS, 20 * SECOND), action: { kind: 'restart', host } })
  }
  return actions.filter(({ at, action }) => at < healAt || action.kind === 'restart')
}

function heal(links: number, at: Micros): TimedAction[] {
  return Array.from({ length: links }, (_, link): TimedAction[] => [
    { at, action: { kind: 'link', link, direction: 'both', settings: HEALED } },
    { at, action: { kind: 'plug', link, connected: true } },
  ]).flat()
}
