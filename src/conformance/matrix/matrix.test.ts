/** One segment into every state: each cell of the matrix on a host of ours comes out as the oracle says. */
import { describe, expect, test } from 'vitest'
import { playCell } from '../../testing/state-matrix'
import { TRANSITIONS } from '../../trace'
import { allCells, STARTS, tellOutcome } from './cells'
import { expected } from './oracle'

const cells = allCells()

test(`the matrix has ${cells.length} cells: every state, kind, SEQ and ACK, each under a name of its own`, () => {
  expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length)
  expect(new Set(STARTS.map((start) => start.split(' ')[0])).size).toBe(11)
  // 7 kinds with ACK: 6 places x 5 ACKs; 9 without: 6 places. And all 16 at 6 places with 3 timestamps.
  expect(cells).toHaveLength(STARTS.length * (7 * 30 + 9 * 6 + 16 * 18))
})

describe.each(STARTS)('a segment in %s', (start) => {
  const group = cells.filter((cell) => cell.start === start)

  test(`has the outcome that RFC 9293 3.10.7, RFC 5961 and Linux give it, in all ${group.length} cells`, () => {
    const wrong = group.flatMap((cell) => {
      const found = playCell(cell)
      expect(found.before, cell.id).toBe(start.split(' ')[0])
      const [is, ought] = [found, expected(cell, found.edge)].map(tellOutcome)
      return is === ought ? [] : [`${cell.id}: ${is}, and not ${ought}`]
    })
    expect(wrong).toEqual([])
  })

  test('never leads off the diagram of states', () => {
    const edges = new Set(TRANSITIONS.map(({ from, to }) => `${from}>${to}`))
    for (const cell of group) {
      const { state } = expected(cell, 64_241)
      const from = start.split(' ')[0]
      if (state === from || state === 'CLOSED' || state === 'LISTEN') continue
      expect(reachable(edges, from, state), `${from} to ${state}`).toBe(true)
    }
  })
})

/** One segment may take two edges at once, as an ACK with FIN does; a new connection begins at LISTEN. */
function reachable(edges: ReadonlySet<string>, from: string, to: string): boolean {
  const begin = from === 'TIME-WAIT' ? 'LISTEN' : from
  if (edges.has(`${begin}>${to}`)) return true
  return [...edges].some((edge) => edge.startsWith(`${begin}>`) && edges.has(`${edge.split('>')[1]}>${to}`))
}
