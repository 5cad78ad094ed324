/** A person's commands as links and session files carry them: the engine's own actions, each field checked. */
import * as v from 'valibot'
import { linkSettingsError, SIGNAL_NAMES, sysctlError } from '../../trace'
import type { Action, Command, LinkSettings } from '../../trace'
import { handCall } from './call'
import { firewallLine } from './firewall'
import { flag, leaf, line, list, oneOf, record, tagged, whole } from './primitives'
import { programSettings, readyMade } from './step'

/** Commands that a session may hold. */
export const MOST_COMMANDS = 10_000
/** Steps that a session may have run when it is opened: replaying them must not take minutes. */
export const MOST_STEPS = 5_000_000

const small = whole('a number', 0, 1_000_000_000)
const hostIndex = whole('a host', 0, 15)
const linkIndex = whole('a link', 0, 63)
const step = whole('a step', 0, MOST_STEPS)
const time = whole('a time in µs', 0, Number.MAX_SAFE_INTEGER)

const linkSettings = leaf<Partial<LinkSettings>>('settings of a link in their ranges', (value) => {
  return typeof value === 'object' && value !== null && linkSettingsError(value) === undefined
})

const sysctl = v.pipe(
  record({
    kind: oneOf('sysctl'),
    host: hostIndex,
    name: leaf<string>('a name', (value) => typeof value === 'string'),
    value: leaf<number | string>(
      'a number or a name',
      (value) => typeof value === 'number' || typeof value === 'string',
    ),
  }),
  v.check(
    ({ name, value }) => sysctlError(name, value) === undefined,
    ({ input }) => sysctlError(input.name, input.value) ?? '',
  ),
)

const table: Readonly<Record<Action['kind'], v.GenericSchema<unknown, Action>>> = {
  call: record({ kind: oneOf('call'), host: hostIndex, pid: small, call: handCall }),
  interrupt: record({ kind: oneOf('interrupt'), host: hostIndex, thread: small }),
  packet: record({
    kind: oneOf('packet'),
    packet: small,
    order: oneOf('lose', 'delay', 'duplicate', 'corrupt', 'hold', 'release'),
    delayMicros: v.optional(time),
  }),
  link: record({
    kind: oneOf('link'),
    link: linkIndex,
    direction: oneOf('aToB', 'bToA', 'both'),
    settings: linkSettings,
  }),
  plug: record({ kind: oneOf('plug'), link: linkIndex, connected: flag }),
  crash: record({ kind: oneOf('crash'), host: hostIndex }),
  restart: record({ kind: oneOf('restart'), host: hostIndex }),
  sysctl,
  signal: record({ kind: oneOf('signal'), host: hostIndex, pid: small, signal: oneOf(...SIGNAL_NAMES) }),
  spawn: record({ kind: oneOf('spawn'), host: hostIndex }),
  firewall: record({ kind: oneOf('firewall'), host: hostIndex, line: firewallLine }),
  attach: readyMade(
    record({ kind: oneOf('attach'), host: hostIndex, program: line(64), settings: programSettings }),
    (value) => [value.program, value.settings],
  ),
}

const command: v.GenericSchema<unknown, Command> = record({ step, at: time, action: tagged<Action>('kind', table) })

export const commandsSchema = list(command, MOST_COMMANDS)
export const positionSchema = record({ step, at: time })
