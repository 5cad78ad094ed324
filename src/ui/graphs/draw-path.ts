/**
 * Draws the round-trip graph (each sample as a point, the smoothed value and the timeout as stepped lines, timeouts that happened as crosses with the
 * time that they had waited) and the throughput graph (bits a second sent, and of them acknowledged; below, what packets found in the queue).
 */
import { bisectLeft, max, scaleLinear } from 'd3'
import type { Selection } from '../../store'
import type { HostView } from '../../trace'
import { placeOf, rateColumns, stepLines, timeAt } from '../../viz'
import type { PathPicture, QueueSamples, Total } from '../../viz'
import { cross, hostColours, setFont } from '../canvas'
import { rateText } from '../format'
import type { Catalogue } from '../text'
import { shownRange } from './draw-sequence'
import type { Scene } from './Graph'
import {
  clipToAxis,
  drawHover,
  drawKey,
  drawNow,
  drawRing,
  drawScale,
  drawTimes,
  FOOT,
  stroke,
  strokeAll,
} from './parts'

export interface PathDrawing {
  readonly picture: PathPicture
  readonly queue: QueueSamples | undefined
  readonly role: HostView['role']
  readonly selection: Selection | null
  readonly text: Catalogue['graphs']
}

const TOP = 18

function timeMap({ axis }: Scene) {
  return { x: (t: number) => placeOf(axis, t), at: (x: number) => timeAt(axis, x) }
}

export function drawRoundTrips(scene: Scene, { picture, role, selection, text }: PathDrawing): void {
  const { context, palette, axis, size, now } = scene
  const { samples, expiries } = picture
  const bottom = size.height - FOOT
  const [first, last] = shownRange(samples.at, scene)
  const seen = [...samples.sample.slice(first, last), ...samples.srtt.slice(Math.max(0, first - 1), last)]
  // The timeout sets the scale only where it is of the same order: a 200 ms floor over a 1 ms path would flatten all else.
  const measured = max(seen) ?? 1_000
  const longest = max(samples.rto.slice(Math.max(0, first - 1), last)) ?? 0
  const y = scaleLinear(
    [0, (longest < measured * 6 ? Math.max(longest, measured) : measured * 1.6) * 1.1],
    [bottom, TOP],
  )
  const [, most] = y.domain()
  drawScale(context, palette, axis, y, bottom - TOP, (value) => milliseconds(value))
  drawTimes(context, palette, axis, TOP, bottom)
  context.save()
  clipToAxis(scene)
  const at = Float64Array.from(samples.at)
  const end = Math.max(now, samples.at.at(-1) ?? 0)
  const { solid } = hostColours(palette, role)
  const line = (values: readonly number[]) =>
    stepLines({ at, values: Float64Array.from(values), count: at.length, most }, end, timeMap(scene), y)
  context.lineJoin = 'round'
  context.strokeStyle = palette.colour['ink-2']
  context.lineWidth = 1.2
  context.setLineDash([6, 2])
  strokeAll(context, line(samples.rto))
  context.setLineDash([])
  context.strokeStyle = solid
  context.lineWidth = 2
  strokeAll(context, line(samples.srtt))
  context.fillStyle = solid
  const radius = (last - first) * 4 < axis.x1 - axis.x0 ? 2.4 : 1.2
  for (let i = first; i < last; i++) {
    context.beginPath()
    context.arc(placeOf(axis, samples.at[i]), y(samples.sample[i]), radius, 0, 7)
    context.fill()
  }
  context.strokeStyle = palette.colour.loss
  context.lineWidth = 1.8
  for (const expiry of expiries) cross(context, placeOf(axis, expiry.at), y(Math.min(most, expiry.afterMicros)), 4)
  drawSelected(scene, picture, selection, (value) => y(Math.min(most, value)))
  context.restore()
  drawNow(scene)
  drawKey(scene, [
    [text.rtt.key.expired, palette.colour.loss, 'cross'],
    [longest > most ? text.rtt.key.rtoAbove : text.rtt.key.rto, palette.colour['ink-2'], 'dash'],
    [text.rtt.key.srtt, solid, 'line'],
    [text.rtt.key.sample, solid, 'dot'],
  ])
  drawHover(scene, TOP)
}

function milliseconds(value: number): string {
  return `${Number((value / 1_000).toPrecision(4))} ms`
}

function drawSelected(
  scene: Scene,
  { samples, expiries }: PathPicture,
  selection: Selection | null,
  y: (v: number) => number,
) {
  if (selection?.kind !== 'event') return
  const { context, palette, axis } = scene
  const i = bisectLeft(samples.event, selection.event)
  const expiry = expiries.find(({ event }) => event === selection.event)
  if (samples.event[i] === selection.event)
    drawRing(context, palette, placeOf(axis, samples.at[i]), y(samples.sample[i]))
  else if (expiry !== undefined) drawRing(context, palette, placeOf(axis, expiry.at), y(expiry.afterMicros))
}

/** Width of a column of rates, px. */
const COLUMN = 6
const QUEUE_HEIGHT = 30

/** The columns of a total over the shown stretch, up to now or to where the run has got. */
export function ratesOf(total: Total, { axis, now }: Pick<Scene, 'axis' | 'now'>) {
  const end = Math.max(now, total.at.at(-1) ?? 0)
  const time = { x: (t: number) => placeOf(axis, t), at: (x: number) => timeAt(axis, x) }
  return rateColumns(total, { x0: axis.x0, x1: axis.x1, width: COLUMN, end }, time)
}

export function drawThroughput(scene: Scene, { picture, queue, role, text }: PathDrawing): void {
  const { context, palette, axis, size } = scene
  const hasQueue = queue !== undefined && size.height > 120
  const bottom = size.height - FOOT - (hasQueue ? QUEUE_HEIGHT + 8 : 0)
  const sent = ratesOf(picture.sent, scene)
  const acknowledged = ratesOf(picture.acknowledged, scene)
  const most = Math.max(1_000, max([...sent, ...acknowledged], ({ bitsPerSecond }) => bitsPerSecond) ?? 0) * 1.08
  const y = scaleLinear([0, most], [bottom, TOP])
  drawScale(context, palette, axis, y, bottom - TOP, (value) => (value === 0 ? '0' : rateText(value)))
  drawTimes(context, palette, axis, TOP, size.height - FOOT)
  context.save()
  clipToAxis(scene)
  const { solid, tint } = hostColours(palette, role)
  context.fillStyle = tint
  for (const { x0, x1, bitsPerSecond } of sent)
    context.fillRect(x0, y(bitsPerSecond), x1 - x0, bottom - y(bitsPerSecond))
  context.lineWidth = 1
  context.setLineDash([3, 2])
  context.strokeStyle = solid
  strokeAll(context, [sent.flatMap(({ x0, x1, bitsPerSecond }) => [x0, y(bitsPerSecond), x1, y(bitsPerSecond)])])
  context.setLineDash([])
  context.lineWidth = 2
  strokeAll(context, [
    acknowledged.flatMap(({ x0, x1, bitsPerSecond }) => [x0, y(bitsPerSecond), x1, y(bitsPerSecond)]),
  ])
  if (hasQueue) drawQueue(scene, queue)
  context.restore()
  if (hasQueue) labelQueue(scene, queue)
  drawNow(scene)
  drawKey(scene, [
    ...(hasQueue ? ([[text.throughput.key.queue, palette.colour['ink-3'], 'line']] as const) : []),
    [text.throughput.key.acknowledged, solid, 'line'],
    [text.throughput.key.sent, solid, 'dash'],
  ])
  drawHover(scene, TOP)
}

function queueScale({ size }: Scene, queue: QueueSamples) {
  return scaleLinear([0, max(queue.waiting) ?? 1], [size.height - FOOT, size.height - FOOT - QUEUE_HEIGHT])
}

/** What each packet that had to queue found before it; nothing is drawn where none had to. */
function drawQueue(scene: Scene, queue: QueueSamples): void {
  const { context, palette, axis, size } = scene
  const y = queueScale(scene, queue)
  const [first, last] = shownRange(queue.at, scene)
  context.strokeStyle = palette.colour['ink-3']
  context.lineWidth = 1
  let column = Number.NaN
  let highest = 0
  const bar = (): void => {
    if (!Number.isNaN(column)) stroke(context, [column + 0.5, size.height - FOOT, column + 0.5, y(highest)])
  }
  for (let i = first; i < last; i++) {
    const x = Math.round(placeOf(axis, queue.at[i]))
    if (x !== column) {
      bar()
      column = x
      highest = 0
    }
    highest = Math.max(highest, queue.waiting[i])
  }
  bar()
}

function labelQueue(scene: Scene, queue: QueueSamples): void {
  const { context, palette, axis, size } = scene
  setFont(context, palette, 10)
  context.fillStyle = palette.colour['ink-3']
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  context.fillText(String(max(queue.waiting) ?? 0), axis.x0 - 8, size.height - FOOT - QUEUE_HEIGHT + 4)
  context.strokeStyle = palette.colour['hairline-strong']
  context.lineWidth = 1
  stroke(context, [axis.x0, size.height - FOOT + 0.5, axis.x1, size.height - FOOT + 0.5])
}
