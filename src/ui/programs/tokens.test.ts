import { expect, test } from 'vitest'
import { tokensOf } from './tokens'

const kinds = (line: string) =>
  tokensOf(line)
    .filter(({ text }) => text.trim() !== '')
    .map(({ kind, text }) => `${kind} ${text.trim()}`)

test('a line falls into keywords, calls, values and the rest, and nothing is lost', () => {
  const line = 'int n = recv(conn, buf + 4, 4096, 0);'
  expect(kinds(line)).toEqual([
    'word int',
    'plain n',
    'plain =',
    'call recv',
    'plain (',
    'plain conn',
    'plain ,',
    'plain buf',
    'plain +',
    'number 4',
    'plain ,',
    'number 4096',
    'plain ,',
    'number 0',
    'plain );',
  ])
  expect(
    tokensOf(line)
      .map(({ text }) => text)
      .join(''),
  ).toBe(line)
})

test('what stands in quotes or behind a comment sign is one piece', () => {
  expect(kinds(`if (!memcmp(buf, "for 1", 5)) {`)).toContain('text "for 1"')
  expect(kinds("n = find(buf, '\\n', 0, have);")).toContain("text '\\n'")
  expect(kinds('// for each client')).toEqual(['comment // for each client'])
})
