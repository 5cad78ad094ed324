/**
 * The congestion control algorithms by name, and how the sender reaches the one that a connection uses. A new algorithm is one file and
 * one line here.
 */
import { ECT0, NOT_ECT } from '../../wire'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import type { CongestionAlgorithm } from './algorithm'
import { bbr } from './bbr'
import { bbr3 } from './bbr3'
import { cubic } from './cubic'
import { dctcp, dctcpReno } from './dctcp'
import { reno } from './reno'

const ALGORITHMS: readonly CongestionAlgorithm[] = [cubic, reno, bbr, dctcp, bbr3]
const BY_NAME: ReadonlyMap<string, CongestionAlgorithm> = new Map(
  [...ALGORITHMS, dctcpReno].map((one) => [one.name, one]),
)

/** What TCP_CONGESTION accepts (net.ipv4.tcp_available_congestion_control). */
export const CONGESTION_ALGORITHMS: readonly string[] = ALGORITHMS.map((one) => one.name)

/** The algorithm of a connection; Reno, as on Linux, where the name is unknown. */
export function algorithmOf(tcb: Tcb): CongestionAlgorithm {
  return algorithmNamed(tcb.congestion.algorithm)
}

export function algorithmNamed(name: string): CongestionAlgorithm {
  return BY_NAME.get(name) ?? reno
}

export function createCongestionState(name: string): Record<string, number> {
  return algorithmNamed(name).create()
}

/** TCP_CONGESTION on a living connection: the new algorithm starts from its own beginning, cwnd and ssthresh stay. */
export function chooseAlgorithm(tcb: Tcb, name: string, io: TcpIo): void {
  tcb.congestion.algorithm = name
  tcb.congestion.own = createCongestionState(name)
  tcb.ecn.codepoint = algorithmNamed(name).needsEcn === true ? ECT0 : NOT_ECT
  algorithmOf(tcb).init(tcb, io)
}

export type { CongestionAlgorithm, CongestionMoment } from './algorithm'
export { inSlowStart } from './growth'
export { newRounds, watchSlowStart } from './hystart-plus'
export { restartAfterIdle, validateWindow } from './validate'
