/** Draws the congestion graph: phases as bands, cwnd and ssthresh and flight as stepped lines, losses and retransmissions along the foot. */
import { scaleLinear } from 'd3'
import type { ScaleLinear } from 'd3'
import type { Selection } from '../../store'
import { CONGESTION_PHASES } from '../../trace'
import type { HostView } from '../../trace'
import { lastAt, placeOf, stepLines, timeAt } from '../../viz'
import type { CaChange, LossMark, Samples } from '../../viz'
import { cross, hostColours, setFont } from '../canvas'
import type { Palette } from '../canvas'
import type { Catalogue } from '../text'
import type { Scene } from './Graph'
import { clipToAxis, drawHover, drawNow, drawRing, drawScale, drawTimes, FOOT, stroke, strokeAll } from './parts'

export interface CongestionPicture {
  readonly samples: Samples
  readonly marks: readonly LossMark[]
  readonly caStates: readonly CaChange[]
  readonly role: HostView['role']
  /** Bytes in a segment. */
  readonly mss: number
  readonly selection: Selection | null
  readonly text: Catalogue
}

/** The strip of congestion-avoidance states above the graph, px. */
const STRIP = { top: 2, height: 13 }
const TOP = 27

interface Frame extends CongestionPicture, Scene {
  readonly most: number
  readonly bottom: number
  readonly x: (at: number) => number
  readonly y: ScaleLinear<number, number>
}

export function drawCongestion(scene: Scene, picture: CongestionPicture): void {
  const { context, palette, axis, now, size } = scene
  const { samples, mss } = picture
  const bottom = size.height - FOOT
  const most = mostSegments(samples, mss)
  const y = scaleLinear([0, most], [bottom, TOP])
  const frame: Frame = { ...picture, ...scene, most, bottom, x: (at) => placeOf(axis, at), y }
  context.save()
  clipToAxis(scene)
  drawPhases(frame)
  drawCaStates(frame)
  context.restore()
  setFont(context, palette, 10)
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  context.fillStyle = palette.colour['ink-3']
  context.fillText('ca', axis.x0 - 8, STRIP.top + STRIP.height / 2)
  drawScale(context, palette, axis, y, Math.min(bottom - TOP, most * 28), String)
  drawTimes(context, palette, axis, TOP, bottom)
  context.save()
  clipToAxis(scene)
  drawSeries(frame)
  drawMarks(frame)
  context.restore()
  drawNow(scene)
  const nowX = frame.x(now)
  if (nowX >= axis.x0 && nowX <= axis.x1) drawNowLabels(frame, nowX, size.width)
  context.save()
  clipToAxis(scene)
  drawSelected(frame)
  context.restore()
  drawHover(scene, TOP)
}

/** The highest value on the graph, segments: it sets the scale. The peer's window does so only where it is of the same order. */
export function mostSegments(samples: Samples, mss: number): number {
  let most = 4
  let window = 0
  for (let i = 0; i < samples.count; i++) {
    most = Math.max(most, samples.cwnd[i], samples.flight[i] / mss)
    window = Math.max(window, samples.window[i] / mss)
  }
  if (window < most * 1.6) most = Math.max(most, window)
  return most * 1.08
}

function drawPhases({ context, palette, samples, x, bottom, axis, text }: Frame): void {
  setFont(context, palette, 10)
  context.textAlign = 'left'
  context.textBaseline = 'alphabetic'
  let from = 0
  for (let i = 0; i < samples.count; i++) {
    if (i + 1 < samples.count && samples.phase[i + 1] === samples.phase[from]) continue
    const phase = CONGESTION_PHASES[samples.phase[from]]
    const x0 = x(samples.at[from])
    const x1 = i + 1 < samples.count ? x(samples.at[i + 1]) : axis.x1
    from = i + 1
    if (x1 - x0 < 0.5) continue
    const fill = {
      slowStart: 'phase-opening-tint',
      congestionAvoidance: 'phase-open-tint',
      recovery: 'surface-sunk',
      loss: 'loss-tint',
    } as const
    context.globalAlpha = 0.7
    context.fillStyle = palette.colour[fill[phase]]
    context.fillRect(x0, TOP - 8, x1 - x0, bottom - TOP + 8)
    context.globalAlpha = 1
    const name = text.congestion.phases[phase]
    if (context.measureText(name).width + 10 > x1 - x0) continue
    context.fillStyle = palette.colour['ink-3']
    context.fillText(name, x0 + 5, TOP + 3)
  }
}

/** Linux's congestion-avoidance states as a strip: nothing while Open, else a band with the state's name where it has room. */
function drawCaStates({ context, palette, caStates, samples, x, axis }: Frame): void {
  if (samples.count === 0) return
  const { colour } = palette
  const fill = {
    Open: 'surface',
    Disorder: 'phase-waiting-tint',
    CWR: 'phase-opening-tint',
    Recovery: 'loss-tint',
    Loss: 'loss',
  } as const
  const middle = STRIP.top + STRIP.height / 2
  setFont(context, palette, 10)
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  const changes: readonly Pick<CaChange, 'at' | 'state'>[] = [{ at: samples.at[0], state: 'Open' }, ...caStates]
  for (const [i, { at, state }] of changes.entries()) {
    const x0 = x(at)
    const x1 = i + 1 < changes.length ? x(changes[i + 1].at) : axis.x1
    if (state !== 'Open') {
      context.fillStyle = colour[fill[state]]
      context.fillRect(x0, STRIP.top, Math.max(1, x1 - x0), STRIP.height)
    }
    if (context.measureText(state).width + 8 > x1 - x0) continue
    context.fillStyle = state === 'Loss' ? colour.surface : colour[state === 'Open' ? 'ink-3' : 'ink']
    context.fillText(state, x0 + 4, middle)
  }
  context.strokeStyle = colour.hairline
  context.lineWidth = 1
  stroke(context, [axis.x0, STRIP.top + STRIP.height + 1.5, axis.x1, STRIP.top + STRIP.height + 1.5])
}

function drawSeries(frame: Frame): void {
  const { context, palette, samples, axis, y, mss, role, most } = frame
  const time = { x: (at: number) => placeOf(axis, at), at: (x: number) => timeAt(axis, x) }
  const { solid } = hostColours(palette, role)
  const { at, count } = samples
  const end = samples.count === 0 ? 0 : Math.max(frame.now, at[count - 1])
  const held = (segments: number): number => y(Math.min(segments, most))
  context.lineJoin = 'round'
  context.strokeStyle = palette.colour['hairline-strong']
  context.lineWidth = 1
  context.setLineDash([6, 2])
  const inScale = (bytes: number): number => held(bytes / mss)
  strokeAll(context, stepLines({ at, values: samples.window, count, most: most * mss }, end, time, inScale))
  context.setLineDash([])
  context.strokeStyle = palette.colour['ink-3']
  context.lineWidth = 1.2
  strokeAll(context, stepLines({ at, values: samples.flight, count }, end, time, inScale))
  context.strokeStyle = solid
  context.setLineDash([2, 3])
  strokeAll(context, stepLines({ at, values: samples.ssthresh, count }, end, time, held))
  context.setLineDash([])
  context.lineWidth = 2.2
  strokeAll(context, stepLines({ at, values: samples.cwnd, count }, end, time, held))
}

function drawMarks({ context, palette, marks, x, bottom, role }: Frame): void {
  const { solid } = hostColours(palette, role)
  let lostAt = -9
  let sentAt = -9
  for (const mark of marks) {
    const place = x(mark.at)
    if (mark.kind === 'lost' && place - lostAt >= 1) {
      lostAt = place
      context.strokeStyle = palette.colour.loss
      context.lineWidth = 1.8
      cross(context, place, bottom, 3.8)
    }
    if (mark.kind === 'retransmitted' && place - sentAt >= 1) {
      sentAt = place
      context.strokeStyle = solid
      context.lineWidth = 2
      context.setLineDash([3, 2])
      stroke(context, [place, bottom - 8, place, bottom + 4])
      context.setLineDash([])
    }
  }
}

function drawNowLabels(frame: Frame, nowX: number, width: number): void {
  const { context, palette, samples, now, y, mss, most, role, text } = frame
  const i = lastAt(samples.at, samples.count, now)
  if (i < 0) return
  const { ink } = hostColours(palette, role)
  const cwnd = samples.cwnd[i]
  const ssthresh = samples.ssthresh[i]
  const flight = Math.round((samples.flight[i] / mss) * 10) / 10
  const same = cwnd === ssthresh
  const labels: (readonly [at: number, words: string, colour: string])[] = [
    [y(cwnd), same ? text.congestion.same(cwnd) : text.congestion.value('cwnd', String(cwnd)), ink],
  ]
  if (!same && ssthresh <= most) labels.push([y(ssthresh), text.congestion.value('ssthresh', String(ssthresh)), ink])
  labels.push([
    y(flight),
    text.congestion.value(text.congestion.series.flight, String(flight)),
    palette.colour['ink-2'],
  ])
  spread(labels.map(([at]) => at)).forEach((at, n) => {
    label(context, palette, labels[n][1], nowX, at, labels[n][2], width)
  })
}

/** Label heights at least a line apart, in their order from the top. */
function spread(heights: readonly number[]): number[] {
  const order = heights.map((_, i) => i).toSorted((a, b) => heights[a] - heights[b])
  const placed = [...heights]
  for (let n = 1; n < order.length; n++) {
    placed[order[n]] = Math.max(placed[order[n]], placed[order[n - 1]] + 13)
  }
  return placed
}

function label(
  context: CanvasRenderingContext2D,
  palette: Palette,
  words: string,
  x: number,
  y: number,
  colour: string,
  width: number,
): void {
  setFont(context, palette, 11)
  const room = context.measureText(words).width
  const left = x + 6 + room > width - 4
  context.textAlign = left ? 'right' : 'left'
  context.textBaseline = 'middle'
  context.strokeStyle = palette.colour.surface
  context.lineWidth = 4
  context.lineJoin = 'round'
  const place = left ? x - 6 : x + 6
  context.strokeText(words, place, y)
  context.fillStyle = colour
  context.fillText(words, place, y)
}

function drawSelected({ context, palette, samples, selection, x, y, role, marks, bottom }: Frame): void {
  if (selection?.kind !== 'event') return
  const mark = marks.find((candidate) => candidate.event === selection.event)
  const i = lastAtEvent(samples, selection.event)
  const [cx, cy] =
    mark === undefined ? [i < 0 ? -99 : x(samples.at[i]), i < 0 ? 0 : y(samples.cwnd[i])] : [x(mark.at), bottom]
  if (cx < 0) return
  if (mark === undefined) {
    context.fillStyle = hostColours(palette, role).solid
    context.beginPath()
    context.arc(cx, cy, 3.2, 0, 7)
    context.fill()
  }
  drawRing(context, palette, cx, cy)
}

function lastAtEvent(samples: Samples, event: number): number {
  for (let i = samples.count - 1; i >= 0; i--) {
    if (samples.event[i] === event) return i
    if (samples.event[i] < event) return -1
  }
  return -1
}
