import { describe, expect, it } from 'vitest'
import { heroes } from './en/heroes'
import { shell } from './en/shell'

describe('the catalogue', () => {
  it('has no panel in both halves, where one would hide the other', () => {
    const names = new Set(Object.keys(shell))
    expect(Object.keys(heroes).filter((name) => names.has(name))).toEqual([])
  })
})
