/** The truth tables of the calls on our host: each play says what its table says. e2e/kernel/calls asks the same of Linux. */
import { expect, test } from 'vitest'
import { playOnHosts } from '../../testing/call-play'
import { playOf } from './play'
import { TRUTHS } from './truths'

test.each(TRUTHS.map((told) => [told.name, told] as const))('%s', (_name, told) => {
  const answers = playOnHosts(playOf(told))
  const wrong = told.moves.flatMap((it, i) => {
    if (!('length' in it) || answers[i].says === it[1]) return []
    return [`move ${i + 1}, ${JSON.stringify(it[0])}: ${answers[i].says}, and not ${it[1]}`]
  })
  expect(wrong).toEqual([])
})
