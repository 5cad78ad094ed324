/** The arithmetic of programs: C's precedence, what it can look into, and one clear sentence for what it cannot read. */
import { describe, expect, test } from 'vitest'
import { utf8Bytes } from '../base'
import { evaluate } from './evaluate'
import { formatExpr, parseExpression } from './expression'

const env = {
  variables: { n: 7, have: 10, bits: 0x2001, errno: 11 },
  buffers: { buf: Uint8Array.of(0, 0, 1, 2, ...utf8Bytes('PING\nrest')) },
  now: 1_500_999,
}

function value(source: string): number {
  const expr = parseExpression(source)
  if (!expr.ok) throw new Error(expr.error)
  return evaluate(expr.value, { ...env, budget: 1_000 })
}

function text(source: string): string {
  const expr = parseExpression(source)
  return expr.ok ? formatExpr(expr.value) : expr.error
}

describe('values', () => {
  test.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 3 - 2', 5],
    ['7 / 2', 3],
    ['-7 / 2', -3],
    ['7 % 4', 3],
    ['n / 0', 0],
    ['n % 0', 0],
    ['1 < 2 && 2 < 1', 0],
    ['0 || n', 1],
    ['!n', 0],
    ['!0 == 1', 1],
    ['-n + 8', 1],
    ['0x10', 16],
    ["'\\n'", 10],
    ["'A'", 65],
    ['nobody', 0],
    ['errno == EAGAIN', 1],
    ['bits & EPOLLIN', 1],
    ['bits & EPOLLRDHUP == EPOLLRDHUP', 1],
    ['EPOLLIN | EPOLLET', 0x8000_0001],
    ['min(n, 3) + max(n, 30)', 33],
    ['now_ms()', 1_500],
    ['buf[4]', 0x50],
    ['buf[99]', 0],
    ['buf[-1]', 0],
    ['ntohl(buf, 0)', 0x0102],
    ['word(buf, 0)', 0x0201_0000],
    ["find(buf, '\\n', 0, 13)", 8],
    ["find(buf, '\\n', 9, 13)", -1],
    ["find(buf, '\\n', 0, 8)", -1],
    ["find(none, '\\n', 0, 8)", -1],
    ['same(buf, 4, "PING")', 1],
    ['same(buf, 4, "PONG")', 0],
    ['same(buf, 12, "tt")', 0],
  ])('%s is %d', (source, expected) => {
    expect(value(source)).toBe(expected)
  })

  test('what is not needed is not worked out, and a division cannot stop a program', () => {
    expect(value('0 && n / 0')).toBe(0)
    expect(value('1 || n / 0')).toBe(1)
  })

  test('a number stays whole and exact, however large', () => {
    expect(value('999999999999 * 999999999999')).toBe(Number.MAX_SAFE_INTEGER)
    expect(value('-999999999999 * 999999999999')).toBe(Number.MIN_SAFE_INTEGER)
  })
})

describe('text', () => {
  test.each([
    ['a+b*c', 'a + b * c'],
    ['(a+b)*c', '(a + b) * c'],
    ['a-(b-c)', 'a - (b - c)'],
    ['bits&EPOLLIN && n>0', '(bits & EPOLLIN) && n > 0'],
    ['!(a && b)', '!(a && b)'],
    ['ntohl(buf,have+4)', 'ntohl(*(u32 *)(buf + have + 4))'],
    ['same(buf,0,"PING")', '!memcmp(buf, "PING", 4)'],
    ["find(buf,'\\n',0,have)", "find(buf, '\\n', 0, have)"],
  ])('%s reads %s', (source, expected) => {
    expect(text(source)).toBe(expected)
  })
})

describe('what cannot be read is told with its place', () => {
  test.each([
    ['', 'it ends too early (character 1 of "")'],
    ['1 +', 'it ends too early (character 4 of "1 +")'],
    ['n = 3', '"=" does not belong here (character 3 of "n = 3")'],
    ['(n', ') is missing (character 3 of "(n")'],
    ['f(1)', 'there is no function f; there are ntohl, word, find, same, now_ms, min, max (character 3 of "f(1)")'],
    ['1.5', '"1" is not a value (character 1 of "1.5")'],
    ['ntohl(4, 0)', 'a buffer\'s name belongs here (character 7 of "ntohl(4, 0)")'],
    ['same(buf, 0, PING)', 'a text such as "PING" belongs here (character 14 of "same(buf, 0, PING)")'],
  ])('%j: %s', (source, expected) => {
    expect(text(source)).toBe(expected)
  })

  test('length and depth are bounded', () => {
    expect(text('1+'.repeat(200))).toBe('an expression has at most 160 characters')
    expect(text(`${'('.repeat(60)}1${')'.repeat(60)}`)).toContain('nested at most 24 deep')
  })
})
