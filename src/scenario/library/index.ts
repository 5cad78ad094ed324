/**
 * The built-in scenarios, in the order in which they are offered. Data only: programs and faults on the real stack, which decides
 * what happens. A scenario's id is part of links and never changes its meaning.
 */
import type { ScenarioDocument } from '../document'
import { addresses } from './addresses'
import { buffers } from './buffers'
import { closing } from './closing'
import { congestion } from './congestion'
import { firewall } from './firewall'
import { datagrams } from './datagrams'
import { flow } from './flow'
import { listening } from './listening'
import { loss } from './loss'
import { opening } from './opening'
import { playground } from './playground'
import { programs } from './programs'
import { processes } from './processes'
import { queues } from './queues'
import { routing } from './routing'

export const SCENARIOS: readonly ScenarioDocument[] = [
  ...opening,
  ...closing,
  ...addresses,
  ...queues,
  ...listening,
  ...flow,
  ...buffers,
  ...loss,
  ...congestion,
  ...routing,
  ...programs,
  ...processes,
  ...firewall,
  ...datagrams,
  ...playground,
]

/** What opens when nothing was asked for. */
export const DEFAULT_SCENARIO = opening[0]

const BY_ID: ReadonlyMap<string, ScenarioDocument> = new Map(SCENARIOS.map((scenario) => [scenario.id, scenario]))

/** The built-in scenario of that id. */
export function findScenario(id: string): ScenarioDocument | undefined {
  return BY_ID.get(id)
}
