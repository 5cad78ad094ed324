/** conntrack(8): `-L` as it prints the table, `-C` and `-S`; and what LOG wrote, as `dmesg` shows it. */
import { err, MICROS_PER_SECOND, ok } from '../base'
import type { Result } from '../base'
import type { FlowView, HostReport, TextLine, TupleView } from '../trace'
import { line } from './line'

/** The counters of `conntrack -S`, in its order. */
const STATISTICS = [
  'found',
  'invalid',
  'insert',
  'insert_failed',
  'drop',
  'early_drop',
  'error',
  'search_restart',
  'clash_resolve',
  'chaintoolong',
]

export function conntrackLines(words: readonly string[], report: HostReport): Result<readonly TextLine[]> {
  const { firewall, at } = report
  const flows = firewall?.flows ?? []
  switch (words.join(' ')) {
    case '-L':
      return ok([
        ...flows.map((flow) => line(flowLine(flow, at), `flow ${flow.id}`)),
        line(`conntrack v1.4.8 (conntrack-tools): ${flows.length} flow entries have been shown.`),
      ])
    case '-C':
      return ok([line(String(flows.length))])
    case '-S': {
      const counted = STATISTICS.map((name) => `${name}=${firewall?.counters[name] ?? 0}`)
      return ok([line(`cpu=0           ${counted.filter((word) => !word.startsWith('insert=')).join(' ')}`)])
    }
    default:
      return err('conntrack: -L, -C and -S are known here.')
  }
}

/** `tcp      6 431999 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=40000 dport=80 src=10.0.0.2 dst=10.0.0.1 sport=80 dport=40000 [ASSURED] mark=0 use=1`. */
function flowLine(flow: FlowView, now: number): string {
  const seconds = Math.max(0, Math.floor((flow.expiresAt - now) / MICROS_PER_SECOND))
  return [
    flow.protocol.padEnd(8),
    flow.protocolNumber,
    seconds,
    ...(flow.state === '' ? [] : [flow.state]),
    tupleWords(flow, flow.original, flow.icmpType),
    ...(flow.unreplied ? ['[UNREPLIED]'] : []),
    tupleWords(flow, flow.reply, 0),
    ...(flow.assured ? ['[ASSURED]'] : []),
    'mark=0 use=1',
  ].join(' ')
}

function tupleWords(flow: FlowView, { src, dst, srcPort, dstPort }: TupleView, icmpType: number): string {
  const ends = `src=${src} dst=${dst}`
  if (flow.protocol === 'icmp') return `${ends} type=${icmpType} code=0 id=${srcPort}`
  return `${ends} sport=${srcPort} dport=${dstPort}`
}

const SECOND_WIDTH = 5

/** The kernel's log: what LOG wrote. */
export function dmesgLines(report: HostReport): readonly TextLine[] {
  return (report.firewall?.log ?? []).map(({ at, text }, i) => {
    const seconds = (at / MICROS_PER_SECOND).toFixed(6)
    return line(`[${seconds.padStart(SECOND_WIDTH + 7)}] ${text}`, `log ${i}`)
  })
}
