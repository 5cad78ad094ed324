/** Which words of an output are marked, and which terms are explained. */
import { describe, expect, test } from 'vitest'
import type { TextLine } from '../../trace'
import { tools } from '../text/en/tools'
import { byKey, termsOf, wordsOf } from './words'

const line = (text: string, key = 'socket 1', header = false): TextLine => ({ text, key, header, socket: 1 })

function changed(before: string, after: string): string[] {
  const words = wordsOf(line(after), byKey([line(before)]))
  expect(words.map(({ text }) => text).join('')).toBe(after)
  return words.filter((word) => word.changed).map(({ text }) => text)
}

describe('changed words', () => {
  test('are those that differ at their place, whatever the blanks', () => {
    expect(changed('ESTAB 0      23  a b', 'ESTAB 9    0   a b')).toEqual(['9', '0'])
    expect(changed('ESTAB 0 0', 'ESTAB 0 0')).toEqual([])
  })

  test('are those that were not there, where words came or went', () => {
    expect(changed('rto:204 cwnd:10', 'rto:204 backoff:1 cwnd:1')).toEqual(['backoff:1', 'cwnd:1'])
  })

  test('are all of a line that is new, and none where there is nothing to compare with', () => {
    expect(wordsOf(line('SYN-SENT 0', 'socket 2'), byKey([])).filter((word) => word.changed)).toHaveLength(2)
    expect(wordsOf(line('SYN-SENT 0'), undefined).some((word) => word.changed)).toBe(false)
  })
})

test('terms are the headers, the fields before their colon, and the parts of skmem', () => {
  const terms = termsOf([
    line('State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess', '', true),
    line('ESTAB 0 5 10.0.0.1:80 10.0.0.2:7 timer:(on,088ms,1)'),
    line('\t skmem:(r0,rb131072,bl0) ts cubic wscale:7,7 send 374Mbps'),
  ])
  for (const term of ['State', 'Recv-Q', 'Local_Address:Port', 'Peer_Address:Port', 'Process']) {
    expect(tools).toHaveProperty([term])
  }
  expect(terms).toEqual(
    expect.arrayContaining(['Recv-Q', 'Local_Address:Port', 'Process', 'timer:', 'skmem rb', 'ts', 'wscale:', 'send']),
  )
})
