/** Opening a session that was saved: its commands are given again where they were given, then it is taken to its position. */
import type { Command, WorldSpec } from '../trace'
import { createSession, position, runUntil, seek, stepForward } from './session'
import type { Session } from './session'

/** Steps that a link may ask us to run before the page shows anything. */
const MOST_STEPS = 1_000_000

export interface Replayed {
  readonly session: Session
  /** Commands that could not be given, because the run ended or went elsewhere before their place. */
  readonly lostCommands: number
  /** False when the position asked for was not reached. */
  readonly reached: boolean
}

/** A session along `commands`, standing at `at`. Takes bounded time whatever the numbers say. */
export function replaySession(
  spec: WorldSpec,
  commands: readonly Command[],
  at: { readonly step: number; readonly at: number },
): Replayed {
  const session = createSession(spec)
  session.branch.commands.push(...commands)
  const lastCommand = commands.at(-1)
  const until = Math.min(MOST_STEPS, Math.max(at.step, lastCommand === undefined ? 0 : lastCommand.step + 1))
  while (session.world.state.step < until && stepForward(session)) continue
  const end = session.world.state.step
  const kept = commands.filter((command) => command.step < end)
  session.branch.commands.splice(0, session.branch.commands.length, ...kept)
  seek(session, { to: 'step', step: at.step })
  // The clock may stand after the last step, in time in which nothing happens.
  if (position(session).step === at.step && at.at > position(session).at) runUntil(session, at.at, 0)
  const here = position(session)
  return { session, lostCommands: commands.length - kept.length, reached: here.step === at.step && here.at === at.at }
}
