/**
 * Buffers as cells: one cell is one segment's worth of bytes, and the same byte stands at the same place at both hosts, so that an
 * island at the receiver lies under the sacked run at the sender. Pure geometry: bytes in, rectangles out.
 */
import type { ByteRun } from '../../trace'

/** The stretch of sequence space that both ends of one direction show. */
export interface SequenceView {
  readonly from: number
  readonly to: number
}

export interface Cell {
  readonly kind: ByteRun['kind']
  readonly start: number
  readonly end: number
  readonly x: number
  readonly width: number
}

/** Old bytes stay in view for this share of the whole. */
const TAIL_SHARE = 0.25
/** The least stretch shown: a short greeting must not fill the buffer. */
const LEAST_BYTES = 48
/** Cells narrower than this run together. */
const LEAST_CELL = 3
const STEPS = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]

/** What to show of one direction, given the sender's runs and the receiver's. */
export function sequenceView(send: readonly ByteRun[], receive: readonly ByteRun[]): SequenceView {
  const runs = [...send, ...receive]
  if (runs.length === 0) return { from: 1, to: 1 + LEAST_BYTES }
  const first = Math.min(...runs.map((run) => run.start))
  const last = Math.max(...runs.map((run) => run.end))
  const active = runs.filter((run) => run.kind !== 'acked' && run.kind !== 'read')
  const activeFrom = active.length === 0 ? last : Math.min(...active.map((run) => run.start))
  const span = roundUp(Math.max(LEAST_BYTES, (last - activeFrom) / (1 - TAIL_SHARE)))
  const from = Math.max(first, Math.floor(activeFrom - span * TAIL_SHARE))
  return { from, to: from + span }
}

/** Rectangles of `runs` in a strip `width` px wide; `cellBytes` is the size of a segment. */
export function bufferCells(runs: readonly ByteRun[], view: SequenceView, width: number, cellBytes: number): Cell[] {
  const scale = width / (view.to - view.from)
  const whole = cellBytes * scale < LEAST_CELL
  const cells: Cell[] = []
  for (const run of runs) {
    let start = Math.max(run.start, view.from)
    const end = Math.min(run.end, view.to)
    while (start < end) {
      const boundary = 1 + (Math.floor((start - 1) / cellBytes) + 1) * cellBytes
      const joined = whole || run.kind === 'acked' || run.kind === 'read' || run.kind === 'gap'
      const stop = joined ? end : Math.min(end, boundary)
      const x = (start - view.from) * scale
      cells.push({ kind: run.kind, start, end: stop, x, width: Math.max(0.8, (stop - start) * scale) })
      start = stop
    }
  }
  return cells
}

/** The place of a sequence number in the strip, px, held within it. */
export function sequencePlace(view: SequenceView, width: number, seq: number): number {
  return Math.min(width, Math.max(0, ((seq - view.from) * width) / (view.to - view.from)))
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return Math.ceil(power * (STEPS.find((step) => step * power >= value) ?? 10))
}
