/** The text of each ready-made program, as a person reads it. It is made of the code that runs: a change here is a change of the program, or of how it is written. */
import { expect, test } from 'vitest'
import { compileProgram } from '../compile'
import { PROGRAMS, programSpec } from '.'

/** A program as the page shows it. */
function textOf(id: string): string {
  const settings = programSpec(id, { server: '10.0.0.2' }, 0)
  const spec = settings.ok ? settings : programSpec(id, {}, 0)
  if (!spec.ok) throw new Error(spec.error)
  const { lines } = compileProgram(spec.value)
  return `${lines.map(({ indent, text }) => `${'  '.repeat(indent)}${text}`.trimEnd()).join('\n')}\n`
}

test.each(PROGRAMS.map(({ id }) => id))('%s reads as it always has', async (id) => {
  await expect(textOf(id)).toMatchFileSnapshot(`golden/${id}.txt`)
})

test('every instruction belongs to a line of the text that is not empty, and calls to the line that names them', () => {
  for (const { id } of PROGRAMS) {
    const spec = programSpec(id, {}, 0)
    if (!spec.ok) throw new Error(spec.error)
    const { code, lines } = compileProgram(spec.value)
    for (const instruction of code) {
      const { text } = lines[instruction.line]
      expect([id, text]).not.toEqual([id, ''])
      if (instruction.op !== 'call') continue
      const name = instruction.call.call.replace(/[A-Z].*/, '').slice(0, 5)
      expect(text).toContain(name)
    }
  }
})
