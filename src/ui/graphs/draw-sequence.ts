/**
 * Draws the time-sequence graph, after tcptrace: a stroke for each segment over the sequence space it took (dashed where it was sent again),
 * the acknowledged edge and the edge of the peer's window as stepped lines, SACKed islands beside the ACKs that told of them.
 */
import { bisectLeft, scaleLinear } from 'd3'
import type { ScaleLinear } from 'd3'
import type { Selection } from '../../store'
import type { HostView } from '../../trace'
import { lastAt, placeOf, SENT_AGAIN, SENT_FIN, SENT_SYN, stepLines, timeAt } from '../../viz'
import type { SequencePicture } from '../../viz'
import { hostColours, setFont } from '../canvas'
import { grouped } from '../format'
import type { Catalogue } from '../text'
import type { Scene } from './Graph'
import { clipToAxis, drawAxes, drawHover, drawKey, drawNow, drawRing, FOOT, stroke, strokeAll } from './parts'
import type { KeyEntry } from './parts'

export interface SequenceDrawing {
  readonly picture: SequencePicture
  readonly role: HostView['role']
  readonly selection: Selection | null
  readonly text: Catalogue['graphs']
}

const TOP = 16
/** Half the width of the bar at each end of a segment's stroke, px. */
const CAP = 2.5

/** First and last entry of an ascending list of times that the axis shows. */
export function shownRange(at: readonly number[], { axis }: Pick<Scene, 'axis'>): readonly [from: number, to: number] {
  return [bisectLeft(at, timeAt(axis, axis.x0) - 1), bisectLeft(at, timeAt(axis, axis.x1) + 1)]
}

/** The scale: what of the sequence space is on the way in the stretch that is shown, with a little room. */
export function sequenceScale({ sent, acks }: SequencePicture, scene: Scene): ScaleLinear<number, number> {
  const [first, last] = shownRange(sent.at, scene)
  const [firstAck, lastAck] = shownRange(acks.at, scene)
  let low = Number.POSITIVE_INFINITY
  let high = 1
  for (let i = first; i < last; i++) {
    low = Math.min(low, sent.from[i])
    high = Math.max(high, sent.to[i])
  }
  for (let i = firstAck; i < lastAck; i++) {
    low = Math.min(low, acks.ack[i])
    high = Math.max(high, acks.ack[i])
  }
  if (low > high) low = 0
  const room = Math.max(1, high - low) * 0.08
  return scaleLinear([Math.max(0, low - room), high + room], [scene.size.height - FOOT, TOP])
}

export function drawSequence(scene: Scene, drawing: SequenceDrawing): void {
  const { context, palette, axis } = scene
  const y = sequenceScale(drawing.picture, scene)
  drawAxes(scene, y, TOP, grouped)
  context.save()
  clipToAxis(scene)
  drawEdges(scene, drawing, y)
  drawIslands(scene, drawing, y)
  drawSegments(scene, drawing, y)
  context.restore()
  drawNow(scene)
  drawSelected(scene, drawing, y)
  drawKey(scene, keyOf(scene, drawing, y))
  drawHover(scene, TOP)
  setFont(context, palette, 10)
  context.fillStyle = palette.colour['ink-3']
  context.textAlign = 'right'
  context.textBaseline = 'alphabetic'
  context.fillText(drawing.text.sequence.axis, axis.x0 - 8, TOP - 5)
}

function drawEdges(
  { context, palette, axis, now }: Scene,
  { picture }: SequenceDrawing,
  y: (v: number) => number,
): void {
  const { acks } = picture
  if (acks.at.length === 0) return
  const at = Float64Array.from(acks.at)
  const end = Math.max(now, acks.at[acks.at.length - 1])
  const time = { x: (t: number) => placeOf(axis, t), at: (x: number) => timeAt(axis, x) }
  context.lineJoin = 'round'
  context.strokeStyle = palette.colour['hairline-strong']
  context.lineWidth = 1.2
  context.setLineDash([6, 2])
  strokeAll(context, stepLines({ at, values: Float64Array.from(acks.edge), count: at.length }, end, time, y))
  context.setLineDash([])
  context.strokeStyle = palette.colour['ink-2']
  context.lineWidth = 1.4
  strokeAll(context, stepLines({ at, values: Float64Array.from(acks.ack), count: at.length }, end, time, y))
  // A window of nothing: the edge lies on the acknowledged line. It is marked, for two lines in one place do not show.
  context.fillStyle = palette.colour['ink-2']
  const [first, last] = shownRange(acks.at, { axis })
  for (let i = first; i < last; i++) {
    if (acks.edge[i] !== acks.ack[i]) continue
    const x = placeOf(axis, acks.at[i])
    const top = y(acks.ack[i])
    context.beginPath()
    context.moveTo(x - 3.5, top - 8)
    context.lineTo(x + 3.5, top - 8)
    context.lineTo(x, top - 2)
    context.fill()
  }
}

function drawIslands({ context, palette, axis }: Scene, { picture }: SequenceDrawing, y: (v: number) => number): void {
  const { islands } = picture
  context.strokeStyle = palette.colour.selection
  context.lineWidth = 1.6
  const [first, last] = shownRange(islands.at, { axis })
  for (let i = first; i < last; i++) {
    const x = placeOf(axis, islands.at[i])
    stroke(context, [x, y(islands.from[i]), x, y(islands.to[i])])
  }
}

function drawSegments(
  { context, palette, axis }: Scene,
  { picture, role }: SequenceDrawing,
  y: (v: number) => number,
): void {
  const { sent } = picture
  const { solid } = hostColours(palette, role)
  const [first, last] = shownRange(sent.at, { axis })
  const wide = (last - first) * 3 < axis.x1 - axis.x0
  for (let i = first; i < last; i++) {
    const kind = sent.kind[i]
    const again = (kind & SENT_AGAIN) !== 0
    const x = placeOf(axis, sent.at[i])
    const low = y(sent.from[i])
    const high = Math.min(y(sent.to[i]), low - 1)
    context.strokeStyle = solid
    context.lineWidth = again ? 2.6 : 1.5
    if (again) context.setLineDash([3, 2])
    stroke(context, [x, low, x, high])
    context.setLineDash([])
    if (wide) {
      context.lineWidth = 1
      stroke(context, [x - CAP, low, x + CAP, low])
      stroke(context, [x - CAP, high, x + CAP, high])
    }
    if (kind & (SENT_SYN | SENT_FIN)) {
      setFont(context, palette, 10)
      context.fillStyle = palette.colour['ink-2']
      context.textAlign = 'left'
      context.textBaseline = 'middle'
      context.fillText(kind & SENT_SYN ? 'SYN' : 'FIN', x + 5, (low + high) / 2 - 4)
    }
  }
}

function drawSelected(
  { context, palette, axis }: Scene,
  { picture, selection }: SequenceDrawing,
  y: (v: number) => number,
): void {
  if (selection?.kind !== 'event') return
  const { sent, acks } = picture
  const i = bisectLeft(sent.event, selection.event)
  const j = bisectLeft(acks.event, selection.event)
  if (sent.event[i] === selection.event) {
    drawRing(context, palette, placeOf(axis, sent.at[i]), y((sent.from[i] + sent.to[i]) / 2))
  } else if (acks.event[j] === selection.event) {
    drawRing(context, palette, placeOf(axis, acks.at[j]), y(acks.ack[j]))
  }
}

/** What the strokes mean. */
function keyOf(
  { palette, axis, now }: Scene,
  { picture, role, text }: SequenceDrawing,
  y: ScaleLinear<number, number>,
): readonly KeyEntry[] {
  const { colour } = palette
  const { solid } = hostColours(palette, role)
  const names = text.sequence.key
  const last = lastAt(picture.acks.at, picture.acks.at.length, Math.min(now, timeAt(axis, axis.x1)))
  const above = last >= 0 && picture.acks.edge[last] > y.domain()[1]
  return [
    [above ? names.windowAbove : names.window, colour['hairline-strong'], 'long dash'],
    [names.acked, colour['ink-2'], 'line'],
    ...(picture.islands.at.length > 0 ? ([[names.sacked, colour.selection, 'line']] as const) : []),
    [names.again, solid, 'dash'],
    [names.sent, solid, 'line'],
  ]
}
