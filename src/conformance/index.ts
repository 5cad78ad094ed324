/** What the standards ask, and how this stack stands to it. */
import { BASIC_CLAUSES } from './clauses'
import { ECN_CLAUSES } from './clauses-ecn'
import { RECOVERY_CLAUSES } from './clauses-recovery'
import type { Requirement } from './requirement'
import { RFC9293_MUST } from './rfc9293-must'
import { RFC9293_SHOULD } from './rfc9293-should'

export * from './calls/play'
export { allCells, STARTS } from './matrix/cells'
export { DEPARTURES } from './matrix/oracle'
export { judge } from './requirement'
export type { Judgement, KnownTest, Requirement } from './requirement'

export const RFC9293: readonly Requirement[] = [...RFC9293_MUST, ...RFC9293_SHOULD]

/** RFC 5681, 6298, 6582, 6675, 7323, 2018, 2883, 5961, 6937, 8985, 9438, 3168, 8257, 9768: the main clauses. */
export const CLAUSES: readonly Requirement[] = [...BASIC_CLAUSES, ...RECOVERY_CLAUSES, ...ECN_CLAUSES]
export { cells as callCells, DEPARTURES as CALL_DEPARTURES, documented } from './calls/table'
export { TRUTHS } from './calls/truths'
