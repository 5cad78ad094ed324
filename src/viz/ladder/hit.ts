/** Which packet is meant by a point in the ladder: the bar under it, else the nearest line. */
import type { LadderPicture } from './picture'

const REACH = 7

/** The packet at a point; -1 for none within reach. */
export function packetAt(picture: LadderPicture, x: number, y: number): number {
  let best = -1
  let nearest = REACH
  for (const bar of picture.bars) {
    const distance = Math.hypot(bar.x - x, bar.y - y) - 6
    if (distance < nearest) {
      nearest = distance
      best = bar.packet
    }
  }
  if (best >= 0) return best
  for (const { points, packet } of picture.lines) {
    for (let i = 0; i + 3 < points.length; i += 2) {
      const distance = toSegment(x, y, points[i], points[i + 1], points[i + 2], points[i + 3])
      if (distance < nearest) {
        nearest = distance
        best = packet
      }
    }
  }
  return best
}

/** The event whose words in a gutter are at a point; -1 for none. */
export function noteAt(picture: LadderPicture, x: number, y: number): number {
  for (const label of picture.labels) {
    if (Math.abs(label.y - y) > 6) continue
    const width = label.text.length * 6.4
    const left = label.align === 'right' ? label.x - width : label.x
    if (x >= left - 3 && x <= left + width + 3) return label.event
  }
  return -1
}

function toSegment(x: number, y: number, x0: number, y0: number, x1: number, y1: number): number {
  const dx = x1 - x0
  const dy = y1 - y0
  const length = dx * dx + dy * dy
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / length))
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy)
}
