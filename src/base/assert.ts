/**
 * Assertions for our own bugs. They stay on in production: the worker answers a failed one with the seed and the
 * event index, so that the run can be replayed. Nothing a peer or a person does may ever reach one.
 */

/** A broken promise of ours, never of a peer's or a user's. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/** Throws InvariantError with `message` unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message)
}

/** Narrows away null and undefined where the caller's logic guarantees presence. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new InvariantError(`${what} is missing`)
  return value
}
