/** Short ways to write the rows of the tables. */
import type { Requirement } from './requirement'

/** Held by each test whose title bears the id. */
export function held(id: string, section: string, says: string): Requirement {
  return { id, section, says, stand: { kind: 'held' } }
}

export function deviates(id: string, section: string, says: string, reason: string): Requirement {
  return { id, section, says, stand: { kind: 'deviates', reason } }
}

export function notApplicable(id: string, section: string, says: string, reason: string): Requirement {
  return { id, section, says, stand: { kind: 'notApplicable', reason } }
}

/** A clause of another RFC: what it asks, and the titles of the tests that show it. */
export function clause(rfc: number, section: string, says: string, ...titles: readonly string[]): Requirement {
  return { id: `RFC ${rfc} ${section}`, section, says, stand: { kind: 'heldBy', titles } }
}

/** A clause of another RFC that is not followed. */
export function clauseDeviates(rfc: number, section: string, says: string, reason: string): Requirement {
  return { id: `RFC ${rfc} ${section}`, section, says, stand: { kind: 'deviates', reason } }
}
