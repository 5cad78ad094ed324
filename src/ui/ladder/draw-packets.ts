/** The packets of a ladder on a canvas: lines, heads, crosses, bars. Colour says who sent it, shape what it is. */
import type { LadderPicture, PacketLine } from '../../viz'
import { halo, line } from './canvas'
import type { Context, LadderWords } from './canvas'
import type { Palette } from './palette'

const HEAD_LENGTH = 7.5
const HEAD_HALF = 3

export function drawStrips(c: Context, { strips }: LadderPicture, palette: Palette): void {
  c.globalAlpha = 0.45
  for (const { x, from, to, role } of strips) {
    c.strokeStyle = palette.end[role]
    c.lineWidth = 3
    line(c, x, from, x, to)
  }
  c.globalAlpha = 1
}

export function drawLines(c: Context, picture: LadderPicture, palette: Palette): void {
  for (const packet of picture.lines) {
    if (!packet.selected) continue
    c.strokeStyle = palette.endTint[packet.role]
    c.lineWidth = 9
    c.lineCap = 'round'
    tracePath(c, packet)
    c.stroke()
    c.lineCap = 'butt'
  }
  // Pure ACKs first, so that data lies on top of them.
  for (const kind of ['ack', 'data', 'again', 'icmp'] as const) {
    for (const packet of picture.lines) if (packet.kind === kind) drawLine(c, packet, picture.density, palette)
  }
}

function drawLine(c: Context, packet: PacketLine, density: LadderPicture['density'], palette: Palette): void {
  const { kind, role, key } = packet
  c.strokeStyle = palette.end[role]
  c.lineWidth = density === 3 ? 0.6 : kind === 'again' ? 2 : kind === 'data' ? 1.5 : key ? 1.6 : 1
  c.globalAlpha = density === 3 && !packet.selected ? 0.55 : 1
  if (kind === 'again') c.setLineDash([6, 4])
  if (kind === 'icmp') c.setLineDash([2, 3])
  tracePath(c, packet)
  c.stroke()
  c.setLineDash([])
  c.globalAlpha = 1
}

function tracePath(c: Context, { points }: PacketLine): void {
  c.beginPath()
  c.moveTo(points[0], points[1])
  for (let i = 2; i + 1 < points.length; i += 2) c.lineTo(points[i], points[i + 1])
}

/** Heads of the lines, above the lifelines; and the numbers of duplicate ACKs. */
export function drawHeads(c: Context, picture: LadderPicture, palette: Palette): void {
  if (picture.density >= 2) return
  for (const packet of picture.lines) {
    if (packet.fate !== 'delivered' && packet.fate !== 'dropped') continue
    const { points, role, kind } = packet
    const n = points.length
    const x = points[n - 2]
    const y = points[n - 1]
    const angle = Math.atan2(y - points[n - 3], x - points[n - 4])
    c.save()
    c.translate(x, y)
    c.rotate(angle)
    c.beginPath()
    c.moveTo(-0.5, 0)
    c.lineTo(-HEAD_LENGTH, -HEAD_HALF)
    c.lineTo(-HEAD_LENGTH, HEAD_HALF)
    c.closePath()
    c.fillStyle = kind === 'ack' ? palette.surface : palette.end[role]
    c.fill()
    if (kind === 'ack') {
      c.strokeStyle = palette.end[role]
      c.lineWidth = 1.1
      c.stroke()
    }
    c.restore()
    if (packet.duplicateAck > 0) duplicateNumber(c, packet, x - Math.cos(angle) * 20, y - Math.sin(angle) * 20, palette)
  }
}

/** The three that count are filled, later ones hollow. */
function duplicateNumber(c: Context, packet: PacketLine, x: number, y: number, palette: Palette): void {
  c.beginPath()
  c.arc(x, y, 6.5, 0, Math.PI * 2)
  c.fillStyle = packet.key ? palette.end[packet.role] : palette.surface
  c.fill()
  c.strokeStyle = palette.end[packet.role]
  c.lineWidth = 1
  c.stroke()
  c.font = `${packet.key ? '600 ' : ''}10px ${palette.text}`
  c.textAlign = 'center'
  c.fillStyle = packet.key ? palette.onAccent : palette.endInk[packet.role]
  c.fillText(packet.duplicateAck > 99 ? '+' : String(packet.duplicateAck), x, y + 0.5)
}

/** A cross where a packet was lost, and the word along the way that it did not go. */
export function drawCrosses(c: Context, picture: LadderPicture, palette: Palette, words: LadderWords): void {
  const { crosses, density } = picture
  for (const { x, y, angle, word, arrived } of crosses) {
    const dropped = arrived
    const half = density >= 2 || dropped ? 4 : 6
    const leftwards = Math.abs(angle) > Math.PI / 2
    const at = dropped ? { x: x - Math.cos(angle) * 16, y: y - Math.sin(angle) * 16 } : { x, y }
    c.strokeStyle = palette.loss
    c.lineWidth = half > 4 ? 2.4 : 1.8
    c.lineCap = 'square'
    line(c, at.x - half, at.y - half, at.x + half, at.y + half)
    line(c, at.x + half, at.y - half, at.x - half, at.y + half)
    c.lineCap = 'butt'
    if (density >= 2) continue
    c.save()
    c.translate(at.x, at.y)
    c.rotate(leftwards ? angle + Math.PI : angle)
    c.font = `600 11px ${palette.text}`
    c.textAlign = leftwards !== dropped ? 'right' : 'left'
    c.fillStyle = palette.loss
    const away = leftwards !== dropped ? -13 : 13
    halo(c, words.cross[word] ?? '', away, dropped ? -8 : 0, palette.surface)
    c.restore()
  }
}

/** What is under way: a bar on the now-line, and a dotted hint of where it heads. */
export function drawBars(c: Context, { bars, density }: LadderPicture, palette: Palette): void {
  for (const bar of bars) {
    const { x, y, kind, role } = bar
    c.globalAlpha = bar.queued && !bar.selected ? 0.55 : 1
    c.strokeStyle = palette.end[role]
    if (!bar.held && !bar.queued) {
      c.lineWidth = 1
      c.setLineDash([1, 3])
      line(c, x, y, bar.ghostX, bar.ghostY)
      c.setLineDash([])
    }
    const half = kind === 'again' ? 6 : density >= 2 ? 3 : 5
    const tall = kind === 'again' ? 8 : 7
    c.beginPath()
    c.roundRect(x - half, y - tall / 2, half * 2, tall, 1.5)
    c.fillStyle = kind === 'ack' ? palette.surface : palette.end[role]
    c.fill()
    c.strokeStyle = kind === 'ack' ? palette.end[role] : palette.surface
    c.lineWidth = kind === 'ack' ? 1.3 : 1.5
    c.stroke()
    c.globalAlpha = 1
    if (bar.corrupted) jagged(c, x, y, palette)
    if (bar.held) heldSign(c, x, y, role, palette)
    if (!bar.selected) continue
    c.beginPath()
    c.arc(x, y, 11, 0, Math.PI * 2)
    c.strokeStyle = palette.selection
    c.lineWidth = 1.3
    c.stroke()
  }
}

/** Two short strokes above and below: it stands still. */
function heldSign(c: Context, x: number, y: number, role: PacketLine['role'], palette: Palette): void {
  c.strokeStyle = palette.endInk[role]
  c.lineWidth = 1.6
  for (const dx of [-2.5, 2.5]) line(c, x + dx, y - 10, x + dx, y - 5.5)
}

/** A broken stroke through the bar: some bit of it is wrong. */
function jagged(c: Context, x: number, y: number, palette: Palette): void {
  c.strokeStyle = palette.loss
  c.lineWidth = 1.6
  c.beginPath()
  c.moveTo(x - 5, y + 4)
  c.lineTo(x - 1, y - 1)
  c.lineTo(x + 1, y + 1)
  c.lineTo(x + 5, y - 4)
  c.stroke()
}
