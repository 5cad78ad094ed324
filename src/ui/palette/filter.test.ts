import { describe, expect, it } from 'vitest'
import { matching } from './filter'

const commands = [
  { title: 'Play or pause', group: 'Time' },
  { title: 'Lost SYN', group: 'Scenario' },
  { title: 'client: tcp_syn_retries', group: 'Setting' },
  { title: 'server: tcp_max_syn_backlog', group: 'Setting' },
  { title: 'Pull the cable', group: 'Link' },
]
const titles = (typed: string): string[] => matching(commands, typed).map(({ title }) => title)

describe('what was typed finds commands', () => {
  it('all of them, in their order, where nothing was typed', () => {
    expect(titles('  ')).toEqual(commands.map(({ title }) => title))
  })

  it('by words in any order and in any case, of the title or of the group', () => {
    expect(titles('RETRIES client')).toEqual(['client: tcp_syn_retries'])
    expect(titles('setting backlog')).toEqual(['server: tcp_max_syn_backlog'])
  })

  it('best first: a whole title, then its beginning, then the beginning of a word, then anywhere', () => {
    expect(titles('syn')[0]).toBe('Lost SYN')
    expect(titles('p')[0]).toBe('Play or pause')
    expect(titles('lost syn')[0]).toBe('Lost SYN')
  })

  it('none where a word is nowhere', () => {
    expect(titles('play xyzzy')).toEqual([])
  })
})
