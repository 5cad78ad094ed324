/**
 * What a standard asks and how this project stands to it, as data. That something is held is never said here but by a test: for RFC 9293 a test
 * whose title bears the id, for the clauses of other RFCs the tests that a row names. `judge` joins rows and tests.
 */

/** One thing that a standard asks. */
export interface Requirement {
  /** `MUST-13`; for other RFCs the clause, as in `RFC 6298 5.5`. */
  readonly id: string
  /** Section of the RFC. */
  readonly section: string
  /** What it asks, in our words. */
  readonly says: string
  readonly stand: Stand
}

export type Stand =
  /** A test's title bears the id. */
  | { readonly kind: 'held' }
  /** These tests hold it, by their whole titles. */
  | { readonly kind: 'heldBy'; readonly titles: readonly string[] }
  /** Done otherwise, and why. */
  | { readonly kind: 'deviates'; readonly reason: string }
  /** Says nothing about a stack like this one, and why. */
  | { readonly kind: 'notApplicable'; readonly reason: string }

/** A test as a source or a run shows it. */
export interface KnownTest {
  readonly file: string
  readonly title: string
  /** Undefined where it was not run. */
  readonly passed: boolean | undefined
}

export interface Judgement {
  readonly requirement: Requirement
  readonly tests: readonly KnownTest[]
  /** What is wrong with the row; '' when nothing is. */
  readonly fault: string
}

/** Finds the tests of each row, and says where a row promises what no passing test shows. */
export function judge(requirements: readonly Requirement[], tests: readonly KnownTest[]): Judgement[] {
  return requirements.map((requirement) => {
    const { id, stand } = requirement
    if (stand.kind === 'heldBy') {
      const found = stand.titles.flatMap((title) => tests.filter((test) => test.title === title))
      const missing = stand.titles.filter((title) => !tests.some((test) => test.title === title))
      if (missing.length > 0)
        return { requirement, tests: found, fault: `no test is called "${missing.join('" or "')}"` }
      return { requirement, tests: found, fault: failing(found) }
    }
    const bearing = tests.filter(({ title }) => bears(title, id))
    if (stand.kind !== 'held') {
      const fault = bearing.length === 0 ? '' : 'a test bears the id of what is said not to be held'
      return { requirement, tests: bearing, fault }
    }
    if (bearing.length === 0) return { requirement, tests: [], fault: 'neither held by a test nor explained' }
    return { requirement, tests: bearing, fault: failing(bearing) }
  })
}

function failing(tests: readonly KnownTest[]): string {
  const failed = tests.find(({ passed }) => passed === false)
  return failed === undefined ? '' : `"${failed.title}" fails`
}

/** The id stands in the title, not as the beginning of a longer one: MUST-1 is not in MUST-13. */
function bears(title: string, id: string): boolean {
  return new RegExp(`(^|[^\\w-])${id.replaceAll('.', '\\.')}(?!\\.?\\d)`).test(title)
}
