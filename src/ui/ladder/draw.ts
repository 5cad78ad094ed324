/** Draws a ladder's picture on a canvas. Order: axis, lines, lifelines, words, the now-line, what is under way. */
import type { Label, LadderPicture, Lane } from '../../viz'
import { halo, line } from './canvas'
import type { Context, LadderWords } from './canvas'
import { drawBars, drawCrosses, drawHeads, drawLines, drawStrips } from './draw-packets'
import type { Palette } from './palette'

export function drawLadder(c: Context, picture: LadderPicture, palette: Palette, words: LadderWords): void {
  const { width, height, top } = picture
  c.lineCap = 'butt'
  c.lineJoin = 'round'
  c.textBaseline = 'middle'
  c.save()
  c.beginPath()
  c.rect(0, top - 8, width, height - top + 8)
  c.clip()
  drawTicks(c, picture, palette)
  drawBreaks(c, picture, palette, words)
  drawStrips(c, picture, palette)
  drawLines(c, picture, palette)
  drawCrosses(c, picture, palette, words)
  drawLifelines(c, picture, palette)
  drawHeads(c, picture, palette)
  drawMarks(c, picture, palette)
  drawNow(c, picture, palette, words)
  drawLabels(c, picture, palette)
  drawBars(c, picture, palette)
  c.restore()
  drawLaneHeads(c, picture, palette, words)
}

function drawTicks(
  c: Context,
  { axis, axisX, lanes, labels, shift, top, nowY }: LadderPicture,
  palette: Palette,
): void {
  c.font = `10px ${palette.text}`
  c.textAlign = 'right'
  const right = lanes[lanes.length - 1].x
  for (const { pixels, text } of axis.ticks) {
    const y = pixels - shift
    if (y < top - 4) continue
    c.strokeStyle = palette.hairline
    c.lineWidth = 1
    line(c, axisX + 6, y, right, y)
    // The clock's own number has the place beside the now-line, and long words of the gutter theirs.
    if (Math.abs(y - nowY) < 11 || labels.some((label) => label.align === 'right' && covers(label, y, axisX))) continue
    c.fillStyle = palette.ink3
    c.fillText(text, axisX, y)
  }
}

/** True when a word of the left gutter reaches into the numbers of the axis at this height. */
function covers(label: Label, y: number, axisX: number): boolean {
  return Math.abs(label.y - y) < 9 && label.x - label.text.length * 6.6 < axisX + 2
}

/** A stretch in which nothing happened: the lifelines break off, and words say how long it was. */
function drawBreaks(c: Context, { breaks, lanes }: LadderPicture, palette: Palette, words: LadderWords): void {
  const left = lanes[0].x
  const right = lanes[lanes.length - 1].x
  c.font = `italic 11px ${palette.text}`
  c.textAlign = 'center'
  for (const band of breaks) {
    const middle = band.y + band.height / 2
    c.fillStyle = palette.ink3
    c.fillText(words.passes(band), (left + right) / 2, middle)
    c.strokeStyle = palette.hairline
    c.lineWidth = 1
    for (const y of [middle - 11, middle + 11]) {
      c.beginPath()
      for (let x = left + 8; x <= right - 8; x += 12) {
        c.moveTo(x, y)
        c.quadraticCurveTo(x + 3, y - 3, x + 6, y)
        c.quadraticCurveTo(x + 9, y + 3, x + 12, y)
      }
      c.stroke()
    }
  }
}

function drawLifelines(c: Context, { lanes, breaks, top, nowY, height }: LadderPicture, palette: Palette): void {
  for (const { x, role } of lanes) {
    c.strokeStyle = palette.end[role]
    c.lineWidth = 2
    let from = top - 8
    for (const band of breaks) {
      line(c, x, from, x, Math.min(nowY, band.y + 4))
      c.setLineDash([1, 4])
      line(c, x, band.y + 4, x, Math.min(nowY, band.y + band.height - 4))
      c.setLineDash([])
      from = band.y + band.height - 4
    }
    if (from < nowY) line(c, x, from, x, nowY)
    c.lineWidth = 1
    c.globalAlpha = 0.8
    c.setLineDash([2, 4])
    line(c, x, nowY, x, Math.min(height, nowY + 34))
    c.setLineDash([])
    c.globalAlpha = 1
  }
}

/** What the hosts did: a short stroke outwards for a call, a dot in the colour of its phase for a state. */
function drawMarks(c: Context, { marks, lanes }: LadderPicture, palette: Palette): void {
  const roles = new Map(lanes.map(({ x, role }) => [x, role]))
  for (const mark of marks) {
    const out = mark.side === 'left' ? -1 : 1
    if (mark.kind === 'state') {
      c.beginPath()
      c.arc(mark.x, mark.y, 3.4, 0, Math.PI * 2)
      c.fillStyle = palette.phase[mark.phase] ?? palette.ink3
      c.fill()
      c.strokeStyle = palette.surface
      c.lineWidth = 1.2
      c.stroke()
      continue
    }
    c.strokeStyle = mark.kind === 'failed' ? palette.ink : palette.end[roles.get(mark.x) ?? 'other']
    c.lineWidth = mark.kind === 'call' ? 1 : 1.6
    line(c, mark.x, mark.y, mark.x + out * 6, mark.y)
  }
}

const TONES = {
  plain: { weight: '', mono: true, colour: 'ink2' },
  strong: { weight: '600 ', mono: true, colour: 'ink' },
  loss: { weight: '600 ', mono: true, colour: 'loss' },
  muted: { weight: '', mono: true, colour: 'ink3' },
  call: { weight: '', mono: true, colour: 'ink3' },
  state: { weight: '600 ', mono: false, colour: 'ink' },
} as const

function drawLabels(c: Context, { labels }: LadderPicture, palette: Palette): void {
  for (const label of labels) {
    const tone = TONES[label.tone]
    c.textAlign = label.align === 'left' ? 'left' : 'right'
    const size = tone.mono ? 10.5 : 10
    c.font = `${tone.weight}${size}px ${tone.mono ? palette.mono : palette.text}`
    c.fillStyle = label.tone === 'state' ? (palette.phase[label.phase] ?? palette.ink) : palette[tone.colour]
    halo(c, label.text, label.x, label.y, palette.surface)
    if (label.below === '') continue
    c.font = `10px ${palette.mono}`
    c.fillStyle = palette.ink3
    halo(c, label.below, label.x, label.y + 10.5, palette.surface)
  }
}

function drawNow(c: Context, picture: LadderPicture, palette: Palette, words: LadderWords): void {
  const { nowY, axisX, lanes, height, top } = picture
  if (nowY < top - 8 || nowY > height) return
  c.strokeStyle = palette.ink
  c.lineWidth = 1
  line(c, axisX + 6, nowY, lanes[lanes.length - 1].x, nowY)
  c.font = `600 10px ${palette.text}`
  c.textAlign = 'right'
  c.fillStyle = palette.ink
  halo(c, words.now, axisX, nowY, palette.surface)
}

function drawLaneHeads(c: Context, picture: LadderPicture, palette: Palette, words: LadderWords): void {
  const { lanes, top, axis, axisX, width } = picture
  const y = top - 14
  const named = lanes.length > 2 || width < 430
  for (const lane of lanes) {
    c.fillStyle = palette.end[lane.role]
    laneShape(c, lane, y)
    if (!named) continue
    c.font = `600 12px ${palette.text}`
    c.textAlign = 'center'
    c.fillStyle = palette.endInk[lane.role]
    c.fillText(words.names[lane.host] ?? '', lane.x, y - 15)
  }
  c.font = `10px ${palette.text}`
  c.fillStyle = palette.ink3
  c.textAlign = 'right'
  c.fillText(axis.unit, axisX, y - 3)
  if (named || lanes.length < 2) return
  c.fillText(words.sends, lanes[0].x - 12, y - 3)
  c.textAlign = 'left'
  c.fillText(words.replies, lanes[1].x + 12, y - 3)
}

function laneShape(c: Context, { x, role }: Lane, y: number): void {
  c.beginPath()
  if (role === 'client') c.arc(x, y, 5.5, 0, Math.PI * 2)
  else if (role === 'server') c.rect(x - 5.5, y - 5.5, 11, 11)
  else {
    c.moveTo(x, y - 6)
    c.lineTo(x + 6, y)
    c.lineTo(x, y + 6)
    c.lineTo(x - 6, y)
  }
  c.fill()
}
