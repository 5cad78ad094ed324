/**
 * `netstat -s` (netstat(8), net-tools 2.10): the kernel's counters as sentences. Compared with the real program, which was given every counter with a number of its own, in
 * e2e/kernel/texts.test.ts. Leaves out UDP-Lite, SCTP and MPTCP.
 */
import type { HostReport, TextLine } from '../trace'
import { counterNames, counterValue } from './counters'
import type { CounterGroup } from './counters'
import { headerLine, line } from './line'

/** `#` is the number. A sentence that begins with `=` is told even of 0; '' is never told. Others have their name and a colon. */
const SENTENCES: Readonly<Record<CounterGroup, Readonly<Record<string, string>>>> = {
  Ip: {
    DefaultTTL: '',
    InReceives: '=# total packets received',
    InHdrErrors: '# with invalid headers',
    InAddrErrors: '# with invalid addresses',
    ForwDatagrams: '=# forwarded',
    InUnknownProtos: '# with unknown protocol',
    InDiscards: '=# incoming packets discarded',
    InDelivers: '=# incoming packets delivered',
    OutRequests: '=# requests sent out',
    OutDiscards: '# outgoing packets dropped',
    OutNoRoutes: '# dropped because of missing route',
    ReasmTimeout: '# fragments dropped after timeout',
    ReasmReqds: '# reassemblies required',
    ReasmOKs: '# packets reassembled ok',
    ReasmFails: '# packet reassemblies failed',
    FragOKs: '# outgoing packets fragmented ok',
    FragFails: '# outgoing packets failed fragmentation',
    FragCreates: '# fragments created',
  },
  Icmp: {
    InMsgs: '=# ICMP messages received',
    InErrors: '=# input ICMP message failed',
    OutMsgs: '=# ICMP messages sent',
    OutErrors: '=# ICMP messages failed',
    InDestUnreachs: 'destination unreachable: #',
    InTimeExcds: 'timeout in transit: #',
    InParmProbs: 'wrong parameters: #',
    InSrcQuenchs: 'source quenches: #',
    InRedirects: 'redirects: #',
    InEchos: 'echo requests: #',
    InEchoReps: 'echo replies: #',
    InTimestamps: 'timestamp request: #',
    InTimestampReps: 'timestamp reply: #',
    InAddrMasks: 'address mask request: #',
    InAddrMaskReps: 'address mask replies: #',
    OutDestUnreachs: 'destination unreachable: #',
    OutTimeExcds: 'time exceeded: #',
    OutParmProbs: 'wrong parameters: #',
    OutSrcQuenchs: 'source quench: #',
    OutRedirects: 'redirect: #',
    OutEchos: 'echo requests: #',
    OutEchoReps: 'echo replies: #',
    OutTimestamps: 'timestamp requests: #',
    OutTimestampReps: 'timestamp replies: #',
    OutAddrMasks: 'address mask requests: #',
    OutAddrMaskReps: 'address mask replies: #',
  },
  Tcp: {
    RtoAlgorithm: '',
    RtoMin: '',
    RtoMax: '',
    MaxConn: '',
    ActiveOpens: '=# active connection openings',
    PassiveOpens: '=# passive connection openings',
    AttemptFails: '=# failed connection attempts',
    EstabResets: '=# connection resets received',
    CurrEstab: '=# connections established',
    InSegs: '=# segments received',
    OutSegs: '=# segments sent out',
    RetransSegs: '=# segments retransmitted',
    InErrs: '=# bad segments received',
    OutRsts: '=# resets sent',
  },
  Udp: {
    InDatagrams: '=# packets received',
    NoPorts: '=# packets to unknown port received',
    InErrors: '=# packet receive errors',
    OutDatagrams: '=# packets sent',
    RcvbufErrors: '=# receive buffer errors',
    SndbufErrors: '=# send buffer errors',
  },
  TcpExt: {
    SyncookiesSent: '# SYN cookies sent',
    SyncookiesRecv: '# SYN cookies received',
    SyncookiesFailed: '# invalid SYN cookies received',
    EmbryonicRsts: '# resets received for embryonic SYN_RECV sockets',
    PruneCalled: '# packets pruned from receive queue because of socket buffer overrun',
    RcvPruned: '# packets pruned from receive queue',
    OfoPruned: '# packets dropped from out-of-order queue because of socket buffer overrun',
    OutOfWindowIcmps: '# ICMP packets dropped because they were out-of-window',
    LockDroppedIcmps: '# ICMP packets dropped because socket was locked',
    TW: '# TCP sockets finished time wait in fast timer',
    TWRecycled: '# time wait sockets recycled by time stamp',
    PAWSActive: '# active connections rejected because of time stamp',
    PAWSEstab: '# packets rejected in established connections because of timestamp',
    DelayedACKs: '# delayed acks sent',
    DelayedACKLocked: '# delayed acks further delayed because of locked socket',
    DelayedACKLost: 'Quick ack mode was activated # times',
    ListenOverflows: '# times the listen queue of a socket overflowed',
    ListenDrops: '# SYNs to LISTEN sockets dropped',
    TCPHPHits: '=# packet headers predicted',
    TCPPureAcks: '# acknowledgments not containing data payload received',
    TCPHPAcks: '# predicted acknowledgments',
    TCPRenoRecovery: '# times recovered from packet loss due to fast retransmit',
    TCPSACKReorder: 'Detected reordering # times using SACK',
    TCPRenoReorder: 'Detected reordering # times using reno fast retransmit',
    TCPTSReorder: 'Detected reordering # times using time stamp',
    TCPFullUndo: '# congestion windows fully recovered without slow start',
    TCPPartialUndo: '# congestion windows partially recovered using Hoe heuristic',
    TCPLossUndo: '# congestion windows recovered without slow start after partial ack',
    TCPRenoFailures: '# timeouts after reno fast retransmit',
    TCPLossFailures: '# timeouts in loss state',
    TCPFastRetrans: '# fast retransmits',
    TCPSlowStartRetrans: '# retransmits in slow start',
    TCPRcvCollapsed: '# packets collapsed in receive queue due to low socket buffer',
    TCPAbortOnData: '# connections reset due to unexpected data',
    TCPAbortOnClose: '# connections reset due to early user close',
    TCPAbortOnMemory: '# connections aborted due to memory pressure',
    TCPAbortOnTimeout: '# connections aborted due to timeout',
    TCPAbortOnLinger: '# connections aborted after user close in linger timeout',
    TCPAbortFailed: '# times unable to send RST due to no memory',
    TCPMemoryPressures: 'TCP ran low on memory # times',
  },
  IpExt: {},
}

/** ICMP's kinds stand under two titles of their own. */
const HISTOGRAMS = { In: 'ICMP input histogram:', Out: 'ICMP output histogram:' } as const

export function netstatLines(report: HostReport): TextLine[] {
  return [
    headerLine('Ip:'),
    line(`    Forwarding: ${report.counters['Forwarding'] ?? 2}`, 'IpForwarding'),
    ...sentences(report, 'Ip'),
    headerLine('Icmp:'),
    ...icmpSentences(report, 'In'),
    ...icmpSentences(report, 'Out'),
    headerLine('Tcp:'),
    ...sentences(report, 'Tcp'),
    headerLine('Udp:'),
    ...sentences(report, 'Udp'),
    headerLine('UdpLite:'),
    headerLine('TcpExt:'),
    ...sentences(report, 'TcpExt'),
    headerLine('IpExt:'),
    ...sentences(report, 'IpExt'),
    headerLine('MPTcpExt:'),
  ]
}

function sentences(report: HostReport, group: CounterGroup): TextLine[] {
  return counterNames(group).flatMap((name) => sentence(report, group, name, '    '))
}

function icmpSentences(report: HostReport, direction: 'In' | 'Out'): TextLine[] {
  const plain = [`${direction}Msgs`, `${direction}Errors`]
  const kinds = counterNames('Icmp').filter((name) => name.startsWith(direction) && !plain.includes(name))
  const named = kinds.filter((name) => Object.hasOwn(SENTENCES.Icmp, name))
  const others = kinds.filter((name) => !named.includes(name))
  return [
    ...plain.flatMap((name) => sentence(report, 'Icmp', name, '    ')),
    ...others.flatMap((name) => sentence(report, 'Icmp', name, '    ')),
    line(`    ${HISTOGRAMS[direction]}`),
    ...named.flatMap((name) => sentence(report, 'Icmp', name, '        ')),
  ]
}

function sentence(report: HostReport, group: CounterGroup, name: string, indent: string): TextLine[] {
  const known = SENTENCES[group]
  const text = Object.hasOwn(known, name) ? known[name] : `${name}: #`
  const value = counterValue(report, group, name)
  if (text === '' || name === 'Forwarding' || (value === 0 && !text.startsWith('='))) return []
  return [line(indent + text.replace('=', '').replace('#', String(value)), `${group}${name}`)]
}
