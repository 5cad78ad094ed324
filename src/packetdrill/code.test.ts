/** The code in scripts: Python's meaning of what the scripts use, and what a failing assertion says. */
import { expect, test } from 'vitest'
import { CodeFailure, runCode } from './code'
import type { CodeValue } from './code'
import { parseCode } from './parse/code'

const INFO: Readonly<Record<string, number>> = { tcpi_snd_cwnd: 10, tcpi_options: 6, TCPI_OPT_SACK: 2, tcpi_rtt: 9_500 }

function run(text: string, variables = new Map<string, CodeValue>()): string[] {
  const printed: string[] = []
  runCode(parseCode('t.pkt', text, 1), {
    variables,
    lookUp: (name) => INFO[name],
    print: (line) => printed.push(line),
  })
  return printed
}

function failure(text: string): string {
  try {
    run(text)
  } catch (error) {
    if (error instanceof CodeFailure) return error.message
    throw error
  }
  return 'holds'
}

test.each([
  'assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd',
  'assert 5000 <= tcpi_rtt <= 20000, "srtt=%d us" % tcpi_rtt',
  'assert (tcpi_options & TCPI_OPT_SACK) != 0, tcpi_options; \\\n assert tcpi_snd_cwnd == 1460 - 1450',
  'assert 2 + 3 * 4 == 14 and not 1 > 2',
  'assert tcpi_snd_cwnd in (9, 10)',
  'assert abs(3 - 5) == 2 # two',
  'assert -7 // 2 == -4 and -7 % 3 == 2',
  'assert (\n tcpi_snd_cwnd\n == 10)',
  'assert 0x10 == 16 if True else False',
])('%j holds', (text) => {
  expect(failure(text)).toBe('holds')
})

test('a failing assertion says what was asked and what the names stood for', () => {
  expect(failure('assert tcpi_snd_cwnd == 11, tcpi_snd_cwnd')).toBe('expected tcpi_snd_cwnd == 11 got tcpi_snd_cwnd 10')
  expect(failure('assert 1 <= tcpi_rtt <= 5')).toBe('expected 1 <= tcpi_rtt <= 5 got tcpi_rtt 9500')
})

test('names that nobody knows are not simply false', () => {
  expect(failure('assert tcpi_flux == 0')).toBe('the code asks for "tcpi_flux", which is not known here')
})

test('a script keeps what it assigns for its later code', () => {
  const variables = new Map<string, CodeValue>()
  run('before = tcpi_snd_cwnd; before += 1', variables)
  expect(run('print(before - 1, "x")', variables)).toEqual(['(10, x)'])
})

test('if, elif and else by indentation or on one line', () => {
  expect(
    run('if tcpi_snd_cwnd > 10:\n  print "more"\nelif tcpi_snd_cwnd == 10:\n  print "ten"\nelse:\n  print "less"'),
  ).toEqual(['ten'])
  expect(run('if 0: print "a"\nprint "b"')).toEqual(['b'])
})
