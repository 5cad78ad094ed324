/** TCP options of a packet line: `mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>`, and `...>` for any. */
import type { OptionItem } from '../syntax'
import { expect, expectInteger, expectText, fail, take, takeText } from './scan'
import type { Scanner } from './scan'

const KIND_FAST_OPEN = 34
const KIND_MD5 = 19
const KIND_EXPERIMENTAL = 254
/** AccECN options (RFC 9768 3.2.3), by which counter they begin with. */
const KIND_ACC_ECN_0 = 172
const KIND_ACC_ECN_1 = 174

/** Reads up to and with the closing `>`. */
export function parseOptionList(scanner: Scanner): readonly OptionItem[] | 'any' {
  if (takeText(scanner, '...')) {
    expectText(scanner, '>')
    return 'any'
  }
  const items: OptionItem[] = []
  while (!takeText(scanner, '>')) {
    items.push(parseOption(scanner))
    if (!takeText(scanner, ',')) {
      expectText(scanner, '>')
      break
    }
  }
  return items
}

/** How much room a list takes, without the padding that an encoder adds. */
export function optionBytes(items: readonly OptionItem[]): number {
  return items.reduce((sum, item) => sum + sizeOf(item), 0)
}

function sizeOf(item: OptionItem): number {
  switch (item.kind) {
    case 'nop':
    case 'eol':
      return 1
    case 'mss':
      return 4
    case 'wscale':
      return 3
    case 'sackOK':
      return 2
    case 'TS':
      return 10
    case 'sack':
      return 2 + 8 * item.blocks.length
    case 'other':
      return 2 + item.bytes.length
  }
}

function parseOption(scanner: Scanner): OptionItem {
  const [name] = expect(scanner, /[A-Za-z_]\w*/y, 'a TCP option')
  switch (name) {
    case 'nop':
    case 'eol':
    case 'sackOK':
      return { kind: name }
    case 'mss':
    case 'wscale':
      return { kind: name, value: expectInteger(scanner, `the value of ${name}`) }
    case 'TS': {
      expectText(scanner, 'val')
      const value = expectInteger(scanner, 'a timestamp')
      expectText(scanner, 'ecr')
      return { kind: 'TS', value, echo: expectInteger(scanner, 'an echoed timestamp') }
    }
    case 'sack':
      return { kind: 'sack', blocks: parseBlocks(scanner) }
    case 'ECN':
      return parseAccEcn(scanner)
    case 'FO':
      return { kind: 'other', number: KIND_FAST_OPEN, name, bytes: parseHex(scanner) }
    case 'FOEXP':
      return { kind: 'other', number: KIND_EXPERIMENTAL, name, bytes: [0xf9, 0x89, ...parseHex(scanner)] }
    case 'md5':
      return { kind: 'other', number: KIND_MD5, name, bytes: parseHex(scanner) }
    default:
      return fail(scanner, `there is no TCP option "${name}"`)
  }
}

function parseBlocks(scanner: Scanner): (readonly [number, number])[] {
  const blocks: (readonly [number, number])[] = []
  for (;;) {
    const match = take(scanner, /(\d+):(\d+)/y)
    if (match === undefined) return blocks
    blocks.push([Number(match[1]), Number(match[2])])
  }
}

/** `ECN e1b 1 ceb 0 e0b 1`: counters of 24 bits in the order in which they stand. */
function parseAccEcn(scanner: Scanner): OptionItem {
  const bytes: number[] = []
  let first = ''
  for (;;) {
    const match = take(scanner, /(e0b|e1b|ceb)\s+(\d+)/y)
    if (match === undefined) break
    if (first === '') first = match[1]
    const value = Number(match[2])
    bytes.push((value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff)
  }
  return { kind: 'other', number: first === 'e0b' ? KIND_ACC_ECN_0 : KIND_ACC_ECN_1, name: 'ECN', bytes }
}

function parseHex(scanner: Scanner): number[] {
  const match = take(scanner, /(?:[0-9a-fA-F]{2})+(?![\w])/y)
  if (match === undefined) {
    // A name that --define would give a value; the option is out of scope, its bytes do not matter.
    take(scanner, /\w+/y)
    return []
  }
  return match[0].match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? []
}
