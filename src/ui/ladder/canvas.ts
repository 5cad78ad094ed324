/** What all drawing on the ladder's canvas shares: strokes, text on a ground of its own, and the words that are drawn. */
import type { BreakBand } from '../../viz'

export interface LadderWords {
  readonly now: string
  readonly sends: string
  readonly replies: string
  readonly cross: Readonly<Record<string, string>>
  readonly passes: (band: BreakBand) => string
  readonly names: Readonly<Record<number, string>>
}

export type Context = CanvasRenderingContext2D

export function line(c: Context, x0: number, y0: number, x1: number, y1: number): void {
  c.beginPath()
  c.moveTo(x0, y0)
  c.lineTo(x1, y1)
  c.stroke()
}

/** Text with the ground around it, so that no line runs through the letters. */
export function halo(c: Context, text: string, x: number, y: number, ground: string): void {
  c.lineWidth = 3.5
  c.strokeStyle = ground
  c.strokeText(text, x, y)
  c.fillText(text, x, y)
}
