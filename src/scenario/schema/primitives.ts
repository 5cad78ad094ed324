/**
 * The small parts that schemas are made of. Every leaf says what it expects, so that a failure reads
 * `hosts[0].programs[1].steps[3].port: expected a port from 0 to 65535, got 70000`.
 */
import * as v from 'valibot'
import { LINK_RANGES } from '../../trace'
import { parseIpv4 } from '../../wire'
import type { Duration, Rate } from '../document'
import { readDuration, readRate } from '../units'

/** A value as it may stand in a message: short, on one line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  const json = JSON.stringify(value) ?? typeof value
  return json.length > 48 ? `${json.slice(0, 45)}..."` : json
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length <= most
}

/** A value that passes `test`; the message says what was expected instead. */
export function leaf<T>(what: string, test: (value: unknown) => boolean): v.GenericSchema<unknown, T> {
  return v.custom<T>(test, (issue) => `expected ${what}, got ${shown(issue.input)}`)
}

export function text(most: number): v.GenericSchema<unknown, string> {
  return leaf(`a text of at most ${most} characters`, (value) => isText(value, most))
}

/** A text of one line, not empty. */
export function line(most: number): v.GenericSchema<unknown, string> {
  return leaf(
    `one line of 1 to ${most} characters`,
    (value) => isText(value, most) && value.trim() !== '' && !/\p{Cc}/u.test(value),
  )
}

export function matching(what: string, pattern: RegExp): v.GenericSchema<unknown, string> {
  return leaf(what, (value) => isText(value, 256) && pattern.test(value))
}

export function whole(what: string, least: number, most: number): v.GenericSchema<unknown, number> {
  return leaf(
    `${what} from ${least} to ${most}`,
    (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  )
}

/** A message names no more members than these: it is to be one sentence. */
const MOST_NAMED = 24

export function oneOf<const T extends string>(...members: readonly T[]): v.GenericSchema<unknown, T> {
  const rest = members.length - MOST_NAMED
  const named = rest > 1 ? `${members.slice(0, MOST_NAMED).join(', ')} and ${rest} more` : members.join(', ')
  return leaf(`one of ${named}`, (value) => typeof value === 'string' && members.includes(value as T))
}

export const flag = leaf<boolean>('true or false', (value) => typeof value === 'boolean')

export const chance = leaf<number>('a chance from 0 to 1', (value) => {
  return typeof value === 'number' && value >= 0 && value <= 1
})

export const duration = leaf<Duration>('a duration such as "10ms" or a whole number of µs', (value) => {
  return readDuration(value) !== undefined
})

/** What a link may add to a packet's way. */
export const linkDelay = leaf<Duration>('a duration of at most 1 h, such as "20ms"', (value) => {
  return (readDuration(value) ?? Number.NaN) <= LINK_RANGES.delayMicros.most
})

export const rate = leaf<Rate>('a rate such as "10Mbit" or a number of bits a second', (value) => {
  return readRate(value) !== undefined
})

export const port = whole('a port', 0, 65_535)
export const word32 = whole('a number', 0, 0xffff_ffff)

export const ipv4 = leaf<string>('an IPv4 address such as 10.0.0.2', (value) => {
  return isText(value, 15) && parseIpv4(value) !== undefined
})

/** An address and the length of its prefix. */
export const ipv4Prefix = leaf<string>('an address with a prefix length such as 10.0.1.1/24', (value) => {
  const [address, length, ...rest] = isText(value, 18) ? value.split('/') : []
  return parseIpv4(address ?? '') !== undefined && /^([12]?\d|3[0-2])$/.test(length ?? '') && rest.length === 0
})

/** At most `most` items. */
export function list<T>(item: v.GenericSchema<unknown, T>, most: number): v.GenericSchema<unknown, T[]> {
  const size = leaf<unknown[]>(`a list of at most ${most}`, (value) => Array.isArray(value) && value.length <= most)
  return v.pipe(size, v.array(item))
}

const plainObject = leaf<Readonly<Record<string, unknown>>>('an object', (value) => {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
})

/** An object with these fields and no others. */
export function record<const T extends v.ObjectEntries>(
  entries: T,
): v.GenericSchema<unknown, v.InferOutput<v.StrictObjectSchema<T, undefined>>> {
  const fields = v.strictObject(entries, (issue) => {
    return issue.expected === 'never' ? 'is not a field that belongs here' : 'is missing'
  })
  return v.pipe(plainObject, fields)
}

/** An object whose field `key` says which of the schemas it follows. */
export function tagged<T>(
  key: string,
  table: Readonly<Record<string, v.GenericSchema<unknown, T>>>,
): v.GenericSchema<unknown, T> {
  const unknownTag = record({ [key]: oneOf(...Object.keys(table)) }) as unknown as v.GenericSchema<unknown, T>
  return v.lazy((input) => {
    const tag: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, key) : undefined
    return typeof tag === 'string' && Object.hasOwn(table, tag) ? table[tag] : unknownTag
  })
}
