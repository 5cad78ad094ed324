/** A host's netfilter as it is when its power comes on: no rules, nothing tracked; or the rules of its document. */
import { NEVER } from '../base'
import type { Result } from '../base'
import { err, ok } from '../base'
import { applyCommand } from './command/apply'
import { parseCommands } from './command/parse'
import type { Netfilter } from './records'

/** `seed` decides its draws. */
export function createNetfilter(seed: number): Netfilter {
  return {
    tables: new Map(),
    tracking: false,
    flows: new Map(),
    byTuple: new Map(),
    nextFlow: 1,
    nextExpiry: NEVER,
    counters: new Map(),
    seed,
    draws: 0,
    log: [],
    inHand: undefined,
    attached: undefined,
    rejections: [],
  }
}

/** Gives it the lines of a document, in order. The error says which line and why, and the lines before it hold. */
export function loadRules(netfilter: Netfilter, lines: readonly string[]): Result<void> {
  const commands = parseCommands(lines)
  if (!commands.ok) return commands
  for (const [i, command] of commands.value.entries()) {
    const done = applyCommand(netfilter, command)
    if (!done.ok) return err(`line ${i + 1}: ${done.error}`)
  }
  return ok(undefined)
}

/** What is wrong with a document's lines, as one sentence; undefined when nothing is. */
export function rulesError(lines: readonly string[]): string | undefined {
  const loaded = loadRules(createNetfilter(0), lines)
  return loaded.ok ? undefined : loaded.error
}
