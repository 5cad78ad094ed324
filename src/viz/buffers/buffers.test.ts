import { describe, expect, it } from 'vitest'
import type { ByteRun } from '../../trace'
import { bufferCells, sequencePlace, sequenceView } from './cells'

const SEGMENT = 1448
const run = (kind: ByteRun['kind'], from: number, to: number): ByteRun => ({
  kind,
  start: 1 + from * SEGMENT,
  end: 1 + to * SEGMENT,
})

describe('buffer cells', () => {
  const send = [
    run('acked', 0, 8),
    run('retransmitted', 8, 9),
    run('sacked', 9, 13),
    run('inFlight', 13, 15),
    run('queued', 15, 30),
  ]
  const receive = [run('read', 0, 6), run('unread', 6, 8), run('gap', 8, 9), run('outOfOrder', 9, 13)]
  const view = sequenceView(send, receive)

  it('make one cell of each segment', () => {
    const cells = bufferCells(send, view, 188, SEGMENT)
    expect(cells.filter((cell) => cell.kind === 'sacked')).toHaveLength(4)
    expect(cells.filter((cell) => cell.kind === 'queued')).toHaveLength(15)
  })

  it('put the island at the receiver under the sacked run at the sender', () => {
    const sacked = bufferCells(send, view, 188, SEGMENT).filter((cell) => cell.kind === 'sacked')
    const island = bufferCells(receive, view, 188, SEGMENT).filter((cell) => cell.kind === 'outOfOrder')
    expect(island.map((cell) => cell.x)).toEqual(sacked.map((cell) => cell.x))
  })

  it('keep everything that is not done in view, and some of what is', () => {
    expect(view.from).toBeGreaterThanOrEqual(1)
    expect(view.from).toBeLessThan(1 + 6 * SEGMENT)
    expect(view.to).toBeGreaterThanOrEqual(1 + 30 * SEGMENT)
  })

  it('run together where a segment would be too thin to see', () => {
    const cells = bufferCells([run('queued', 0, 1000)], { from: 1, to: 1 + 1000 * SEGMENT }, 188, SEGMENT)
    expect(cells).toHaveLength(1)
  })

  it('do not let a short greeting fill the buffer', () => {
    const greeting: readonly ByteRun[] = [{ kind: 'inFlight', start: 1, end: 6 }]
    const [cell] = bufferCells(greeting, sequenceView(greeting, []), 188, SEGMENT)
    expect(cell.width).toBeLessThan(40)
  })

  it('cut what lies outside the view', () => {
    for (const cell of bufferCells(send, { from: 5000, to: 9000 }, 100, SEGMENT)) {
      expect(cell.x).toBeGreaterThanOrEqual(0)
      expect(cell.start).toBeGreaterThanOrEqual(5000)
      expect(cell.end).toBeLessThanOrEqual(9000)
    }
  })

  it('hold pointers inside the strip', () => {
    expect(sequencePlace({ from: 100, to: 200 }, 50, 90)).toBe(0)
    expect(sequencePlace({ from: 100, to: 200 }, 50, 150)).toBe(25)
    expect(sequencePlace({ from: 100, to: 200 }, 50, 999)).toBe(50)
  })
})
