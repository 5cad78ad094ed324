/**
 * Steps of programs: calls with computed fields, loops, conditions, buffers, threads (trace/program.ts). What refers to what is checked in
 * ../program-references.ts.
 */
import * as v from 'valibot'
import { isReserved, settingsError } from '../../programs'
import type { FunctionDocument, ProgramDocument, StepDocument } from '../document'
import { callSchemas, VARIABLE } from './call'
import { expression } from './expression'
import { duration, flag, leaf, line, list, matching, record, tagged, text, whole } from './primitives'

/** In one list; the total over the document is bounded in ../references.ts. */
export const MOST_STEPS = 10_000
/** Bytes of one buffer. */
const LARGEST_BUFFER = 65_536
const MOST_FUNCTIONS = 32
const MOST_ARGUMENTS = 8

/** A host's name or an IPv4 address. */
const hostOrAddress = line(64)
const callStep = tagged<StepDocument>('call', callSchemas<Extract<StepDocument, { call: string }>>(hostOrAddress, true))

const variable = matching('a name such as have, and none that means something already', VARIABLE)
const name: v.GenericSchema<unknown, string> = v.pipe(
  variable,
  v.check(
    (value) => !isReserved(value),
    ({ input }) => `${input} means something already`,
  ),
)

const count = leaf<number | 'forever'>('a count from 0 to 1000000000 or "forever"', (value) => {
  return value === 'forever' || (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1e9)
})
const yes = leaf<true>('true', (value) => value === true)

const step: v.GenericSchema<unknown, StepDocument> = v.lazy((input) => {
  const fields = typeof input === 'object' && input !== null ? input : {}
  const kind = KINDS.find((key) => key in fields)
  if (kind === undefined) return callStep
  return kind === 'store' ? storeOf(fields) : table[kind]
})
const steps = list(step, MOST_STEPS)

const table = {
  sleep: record({ sleep: duration }),
  sleepMs: record({ sleepMs: expression }),
  repeat: record({ repeat: count, untilClosed: v.optional(flag), steps }),
  while: record({ while: expression, steps }),
  if: record({ if: expression, do: steps, else: v.optional(steps) }),
  break: record({ break: yes }),
  continue: record({ continue: yes }),
  return: record({ return: expression }),
  set: record({ set: name, to: expression }),
  buffer: record({ buffer: name, bytes: whole('a number of bytes', 1, LARGEST_BUFFER) }),
  move: record({ move: name, from: expression, bytes: expression }),
  each: record({ each: record({ fd: name, events: name }), steps }),
  thread: record({ thread: variable, with: v.optional(list(expression, MOST_ARGUMENTS)), as: v.optional(name) }),
  message: record({ message: name, at: expression, bytes: expression, around: v.optional(expression) }),
  comment: record({ comment: line(100) }),
} satisfies Readonly<Record<string, v.GenericSchema<unknown, StepDocument>>>
const KINDS = [...(Object.keys(table) as (keyof typeof table)[]), 'store'] as const

const storeNumber = record({ store: name, at: expression, htonl: expression })
const storeFill = record({ store: name, at: expression, fill: expression, bytes: expression })
const storeText = record({
  store: name,
  at: expression,
  text: text(256),
  value: v.optional(expression),
  as: v.optional(name),
})

function storeOf(fields: object): v.GenericSchema<unknown, StepDocument> {
  if ('htonl' in fields) return storeNumber
  return 'fill' in fields ? storeFill : storeText
}

/** An object whose keys are names of ours. */
function named<T>(
  what: string,
  item: v.GenericSchema<unknown, T>,
): v.GenericSchema<unknown, Readonly<Record<string, T>>> {
  const keys = leaf<Readonly<Record<string, unknown>>>(
    `an object of at most ${MOST_FUNCTIONS} ${what} by name`,
    (value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
      const names = Object.keys(value)
      return names.length <= MOST_FUNCTIONS && names.every((key) => VARIABLE.test(key) && !isReserved(key))
    },
  )
  return v.pipe(keys, v.record(v.string(), item))
}

const oneFunction: v.GenericSchema<unknown, FunctionDocument> = record({
  parameters: list(name, MOST_ARGUMENTS),
  steps,
})

const written = record({
  name: line(32),
  start: v.optional(duration),
  steps,
  process: v.optional(line(32)),
  variables: v.optional(named('whole numbers', whole('a number', -1e15, 1e15))),
  functions: v.optional(named<FunctionDocument>('functions', oneFunction)),
})

const settings = leaf<Readonly<Record<string, number | string>>>('an object of settings', (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((it) => typeof it === 'number' || (typeof it === 'string' && it.length <= 64))
})

/** Settings of a ready-made program, in their ranges. `id` is the field that names the program. */
export function readyMade<T extends { readonly [key: string]: unknown }>(
  schema: v.GenericSchema<unknown, T>,
  idOf: (value: T) => readonly [id: string, settings: Readonly<Record<string, number | string>>],
): v.GenericSchema<unknown, T> {
  return v.pipe(
    schema,
    v.check(
      (value) => settingsError(...idOf(value)) === undefined,
      ({ input }) => settingsError(...idOf(input)) ?? '',
    ),
  )
}
export const programSettings = settings

const used = readyMade(
  record({ use: line(64), with: v.optional(settings), start: v.optional(duration), process: v.optional(line(32)) }),
  (value) => [value.use, value.with ?? {}],
)

/** A program that is written out, or a ready-made one by its id. */
export const program: v.GenericSchema<unknown, ProgramDocument> = v.lazy((input) => {
  return typeof input === 'object' && input !== null && 'use' in input ? used : written
})
