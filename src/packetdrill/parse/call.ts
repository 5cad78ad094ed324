/**
 * Socket calls as C would write them: `setsockopt(3, SOL_SOCKET, SO_RCVBUF, [1000], 4) = 0`,
 * `sendmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 100}], msg_flags=0}, 0) = 100`, `connect(3, ..., ...) = -1 EINPROGRESS (note)`.
 */
import type { Micros } from '../../base'
import type { CallLine, Value } from '../syntax'
import { expect, expectText, fail, skipBlank, take, takeText } from './scan'
import type { Scanner } from './scan'

export function parseCall(scanner: Scanner, until: Micros | undefined): CallLine {
  const [, name] = expect(scanner, /([a-z_]\w*)\s*\(/y, 'an event: "<", ">", a call, `shell` or %{ code }%')
  const args = parseValues(scanner, ')')
  let result: number | undefined
  let errno: string | undefined
  if (takeText(scanner, '=')) {
    if (!takeText(scanner, '...')) result = parseResult(scanner)
    errno = canonical(take(scanner, /E[A-Z0-9]+/y)?.[0])
    skipNote(scanner)
  }
  return { name, args, result, errno, until }
}

/** Two names of one number, on Linux. */
function canonical(errno: string | undefined): string | undefined {
  if (errno === 'EWOULDBLOCK') return 'EAGAIN'
  return errno === 'ENOTSUP' ? 'EOPNOTSUPP' : errno
}

/** A number, or a number that a note in brackets explains: `0x2 (flags O_RDWR)`. */
function parseResult(scanner: Scanner): number {
  return Number(expect(scanner, /-?(?:0[xX][0-9a-fA-F]+|\d+)/y, 'what the call returns')[0])
}

function skipNote(scanner: Scanner): void {
  take(scanner, /\([^)\n]*\)/y)
}

function parseValues(scanner: Scanner, close: string): Value[] {
  const values: Value[] = []
  while (!takeText(scanner, close)) {
    values.push(parseValue(scanner))
    if (takeText(scanner, ',')) continue
    expectText(scanner, close)
    break
  }
  return values
}

function parseValue(scanner: Scanner): Value {
  if (takeText(scanner, '...')) return { kind: 'ellipsis' }
  if (takeText(scanner, '[')) return { kind: 'list', items: parseValues(scanner, ']') }
  if (takeText(scanner, '{')) return parseRecord(scanner)
  const text = take(scanner, /"((?:[^"\\]|\\.)*)"/y)
  if (text !== undefined) return { kind: 'text', value: text[1].replace(/\\0/g, '\0') }
  const number = take(scanner, /-?(?:0[xX][0-9a-fA-F]+|\d+)(?:L|UL|U)?/y)
  if (number !== undefined) return joined(scanner, { kind: 'number', value: parseNumber(number[0]) })
  const name = expect(scanner, /[A-Za-z_]\w*/y, 'an argument')[0]
  if (takeText(scanner, '(')) return { kind: 'apply', name, items: parseValues(scanner, ')') }
  return joined(scanner, { kind: 'name', names: [name] })
}

function parseNumber(text: string): number {
  const value = Number(text.replace(/^-/, '').replace(/[UL]+$/, ''))
  return text.startsWith('-') ? -value : value
}

/** `A|B|C`. Numbers among the names keep their spelling. */
function joined(scanner: Scanner, first: Value): Value {
  if (!takeText(scanner, '|')) return first
  const names = first.kind === 'name' ? [...first.names] : [first.kind === 'number' ? String(first.value) : '']
  do {
    names.push(expect(scanner, /[A-Za-z_]\w*|0[xX][0-9a-fA-F]+|\d+/y, 'a constant after "|"')[0])
  } while (takeText(scanner, '|'))
  return { kind: 'name', names }
}

/** `{a=1, b(2)=[...], ...}`; members without a name are kept in `items`. */
function parseRecord(scanner: Scanner): Value {
  const fields: Record<string, Value> = {}
  const items: Value[] = []
  while (!takeText(scanner, '}')) {
    const named = take(scanner, /([A-Za-z_]\w*)\s*(?:\([^)]*\))?\s*[=:]/y)
    if (named === undefined) items.push(parseValue(scanner))
    else fields[named[1]] = parseValue(scanner)
    if (takeText(scanner, ',')) continue
    skipBlank(scanner)
    if (!takeText(scanner, '}')) fail(scanner, 'expected "," or "}" in a structure')
    break
  }
  return { kind: 'record', fields, items }
}
