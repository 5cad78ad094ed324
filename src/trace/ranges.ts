/**
 * What values a link's settings and a host's sysctls may take. Documents, links, the command line and a person's clicks are all
 * checked against these tables before they reach the engine; each error is one sentence.
 */
import type { LinkSettings } from './link-settings'
import { LINUX_SYSCTL } from './sysctl'
import type { Sysctl } from './sysctl'

interface Range {
  readonly least: number
  readonly most: number
  readonly whole: boolean
}

function whole(least: number, most: number): Range {
  return { least, most, whole: true }
}

const CHANCE: Range = { least: 0, most: 1, whole: false }
const UP_TO_AN_HOUR = whole(0, 3_600_000_000)

export const LINK_RANGES: Readonly<Record<keyof LinkSettings, Range>> = {
  rateBitsPerSecond: { least: 0, most: 1e12, whole: false },
  delayMicros: UP_TO_AN_HOUR,
  jitterMicros: UP_TO_AN_HOUR,
  queuePackets: whole(0, 100_000),
  loss: CHANCE,
  reorder: CHANCE,
  reorderMicros: UP_TO_AN_HOUR,
  duplicate: CHANCE,
  corrupt: CHANCE,
  markPackets: whole(0, 100_000),
  mtuBytes: whole(0, 65_535),
  icmpSilent: whole(0, 1),
}

/** One sentence on the first link setting that is out of range; undefined when all are well. */
export function linkSettingsError(settings: Readonly<Partial<LinkSettings>>): string | undefined {
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(LINK_RANGES, name)) return `A link has no setting ${name}.`
    const range = LINK_RANGES[name as keyof LinkSettings]
    if (!inRange(value, range)) return `A link's ${name} is ${describeRange(range)}, not ${String(value)}.`
  }
  return undefined
}

const COUNT = whole(0, 2_147_483_647)
const BUFFER_BYTES = whole(256, 1_073_741_824)
const SWITCH = whole(0, 1)

/** Sysctls that are not simply a count from 0; those with three or two parts have the range of each part. */
const SYSCTL_RANGES: Readonly<Partial<Record<keyof Sysctl, Range>>> = {
  tcp_syn_retries: whole(1, 127),
  tcp_syn_linear_timeouts: whole(0, 127),
  tcp_synack_retries: whole(0, 255),
  tcp_retries1: whole(0, 255),
  tcp_retries2: whole(0, 255),
  tcp_orphan_retries: whole(0, 255),
  tcp_keepalive_time: whole(1, 32_767),
  tcp_keepalive_intvl: whole(1, 32_767),
  tcp_keepalive_probes: whole(1, 127),
  tcp_fin_timeout: whole(1, 65_535),
  tcp_abort_on_overflow: SWITCH,
  tcp_reflect_tos: SWITCH,
  tcp_comp_sack_nr: whole(0, 255),
  tcp_comp_sack_rtt_percent: whole(1, 1_000),
  tcp_syncookies: whole(0, 2),
  tcp_tw_reuse: whole(0, 2),
  tcp_rfc1337: SWITCH,
  tcp_timestamps: whole(0, 2),
  tcp_sack: SWITCH,
  tcp_dsack: SWITCH,
  tcp_window_scaling: SWITCH,
  tcp_ecn: whole(0, 5),
  tcp_ecn_fallback: SWITCH,
  tcp_ecn_option: whole(0, 3),
  tcp_ecn_option_beacon: whole(0, 3),
  tcp_hystart: whole(0, 2),
  tcp_slow_start_after_idle: SWITCH,
  tcp_reordering: whole(1, 300),
  tcp_recovery: whole(0, 7),
  tcp_early_retrans: whole(0, 4),
  tcp_frto: whole(0, 2),
  tcp_no_metrics_save: SWITCH,
  tcp_moderate_rcvbuf: SWITCH,
  tcp_adv_win_scale: whole(-31, 31),
  tcp_autocorking: SWITCH,
  tcp_shrink_window: SWITCH,
  tcp_rto_min_us: whole(1_000, 120_000_000),
  tcp_min_tso_segs: whole(1, 65_535),
  tcp_pacing_ss_ratio: whole(0, 1_000),
  tcp_pacing_ca_ratio: whole(0, 1_000),
  tcp_notsent_lowat: whole(0, 4_294_967_295),
  initcwnd: whole(1, 65_535),
  tcp_rmem: BUFFER_BYTES,
  tcp_wmem: BUFFER_BYTES,
  rmem_max: BUFFER_BYTES,
  wmem_max: BUFFER_BYTES,
  ip_local_port_range: whole(1, 65_535),
  ip_default_ttl: whole(1, 255),
  mtu: whole(576, 65_535),
  gro_mss: whole(0, 65_535),
  hz: whole(100, 1_000),
  tcp_rto_max_ms: whole(1_000, 120_000),
  ip_no_pmtu_disc: whole(0, 3),
  min_pmtu: whole(68, 65_535),
  mtu_expires: whole(0, 2_147_483),
  tcp_mtu_probing: whole(0, 2),
  tcp_stdurg: SWITCH,
  tcp_thin_linear_timeouts: SWITCH,
  tcp_min_snd_mss: whole(48, 65_535),
  ip_forward: SWITCH,
  icmp_echo_ignore_all: SWITCH,
  base_reachable_time_ms: whole(1, 2_147_483),
  delay_first_probe_time: whole(0, 2_147_483),
  ucast_solicit: whole(1, 100),
  mcast_solicit: whole(1, 100),
  retrans_time_ms: whole(1, 2_147_483),
  unres_qlen: whole(1, 100_000),
  nf_conntrack_tcp_loose: SWITCH,
  nf_conntrack_tcp_be_liberal: SWITCH,
  nf_conntrack_tcp_ignore_invalid_rst: SWITCH,
}

/** What the sysctls that are words may be. */
const SYSCTL_NAMES: Readonly<Partial<Record<keyof Sysctl, readonly string[]>>> = {
  tcp_congestion_control: ['cubic', 'reno', 'bbr', 'dctcp', 'bbr3'],
  listen_queues: ['linux', 'bsd'],
  default_qdisc: ['pfifo_fast', 'pfifo', 'fq_codel', 'fq'],
}

/** What is wrong with setting sysctl `name` to `value`, as one sentence; undefined when nothing is. */
export function sysctlError(name: string, value: unknown): string | undefined {
  if (!Object.hasOwn(LINUX_SYSCTL, name)) return `There is no sysctl ${name}.`
  const known = name as keyof Sysctl
  const example: unknown = LINUX_SYSCTL[known]
  if (typeof example === 'string') {
    const names = SYSCTL_NAMES[known] ?? []
    if (typeof value === 'string' && names.includes(value)) return undefined
    return `The sysctl ${name} is ${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}, not ${shown(value)}.`
  }
  const range = SYSCTL_RANGES[known] ?? COUNT
  if (!Array.isArray(example)) {
    return inRange(value, range) ? undefined : `The sysctl ${name} is ${describeRange(range)}, not ${shown(value)}.`
  }
  const fits =
    Array.isArray(value) &&
    value.length === example.length &&
    value.every((part, i) => inRange(part, range) && (i === 0 || Number(value[i - 1]) <= Number(part)))
  if (fits) return undefined
  return `The sysctl ${name} is a list of ${example.length} ascending numbers, each ${describeRange(range)}, not ${shown(value)}.`
}

function inRange(value: unknown, range: Range): boolean {
  if (typeof value !== 'number' || !(value >= range.least && value <= range.most)) return false
  return !range.whole || Number.isInteger(value)
}

function describeRange(range: Range): string {
  return `${range.whole ? 'a whole number' : 'a number'} from ${range.least} to ${range.most}`
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
