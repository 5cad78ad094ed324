/** Draws the timeline: marks, wait strips, rail with ticks and folded silences, now-line. What lies after now is paler. */
import type { Selection } from '../../store'
import type { HostView, Snapshot } from '../../trace'
import { lastAt, MARK_KINDS, placeOf, timeAt, waitStrip } from '../../viz'
import type { MarkKind, TimeAxis, TimelineFold, WaitSpan } from '../../viz'
import { cross, hatch, hostColours, setFont } from '../canvas'
import type { Palette, Size } from '../canvas'
import { shownRow, socketRows } from '../host'
import type { Catalogue } from '../text'

export interface StripRow {
  readonly host: HostView
  readonly y: number
  readonly height: number
  readonly spans: readonly WaitSpan[]
}

export interface TimelineRows {
  /** Marks lie above this, px. */
  readonly marksBelow: number
  readonly marksAt: number
  readonly railAt: number
  readonly strips: readonly StripRow[]
}

const STRIP = 12
const STRIPS_FROM = 23
const MOST_STRIPS = 2

/** The rows for the hosts that have room: the first two on a desk, the client on a phone. */
export function rowsOf(
  snapshot: Snapshot | null,
  fold: TimelineFold,
  shownSockets: Readonly<Record<number, number>>,
  last: number,
  axis: TimeAxis,
  compact: boolean,
): TimelineRows {
  const hosts = (snapshot?.hosts ?? []).slice(0, compact ? 1 : MOST_STRIPS)
  const strips = hosts.map((host, i) => {
    const socket = socketOf(host, fold, shownSockets[host.index])
    const track = socket === undefined ? undefined : fold.waits.get(socket)
    return {
      host,
      y: STRIPS_FROM + i * (STRIP + 2),
      height: STRIP,
      spans: waitStrip(track, fold.blocks.get(host.index), last, axis.microsPerPixel),
    }
  })
  const railAt = compact ? 44 : 62
  return { marksBelow: 20, marksAt: 12, railAt, strips }
}

/** The socket whose waits are shown: the panel's; when that is gone, the host's last that ever waited. */
function socketOf(host: HostView, fold: TimelineFold, chosen: number | undefined): number | undefined {
  const shown = shownRow(socketRows(host), chosen)?.socket.id
  if (shown !== undefined && fold.waits.has(shown)) return shown
  let last: number | undefined
  for (const [socket, track] of fold.waits) if (track.host === host.index) last = socket
  return last
}

export interface TimelinePicture {
  readonly axis: TimeAxis
  readonly rows: TimelineRows
  readonly now: number
  readonly last: number
  readonly marks: TimelineFold['marks']
  readonly snapshot: Snapshot | null
  readonly selection: Selection | null
  readonly text: Catalogue
}

export function drawTimeline(
  context: CanvasRenderingContext2D,
  size: Size,
  palette: Palette,
  picture: TimelinePicture,
): void {
  const { axis, rows, now, text } = picture
  const roomy = axis.x0 > 60
  if (roomy) drawLabels(context, palette, rows, text)
  for (const strip of rows.strips) drawStrip(context, palette, strip, axis, text)
  drawMarks(context, palette, picture)
  const nowX = placeOf(axis, now)
  context.globalAlpha = 0.6
  context.fillStyle = palette.colour.surface
  context.fillRect(nowX, 0, Math.max(0, size.width - nowX), rows.railAt - 5)
  context.globalAlpha = 1
  drawRail(context, palette, picture, roomy)
  context.strokeStyle = palette.colour.ink
  context.lineWidth = 1
  context.setLineDash([1, 2])
  line(context, nowX, 3, nowX, rows.railAt)
  context.setLineDash([])
  drawSelection(context, palette, picture)
}

function drawLabels(context: CanvasRenderingContext2D, palette: Palette, rows: TimelineRows, text: Catalogue): void {
  setFont(context, palette, 10.5)
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  context.fillStyle = palette.colour['ink-3']
  context.fillText(text.transport.events, 84, rows.marksAt)
  for (const { host, y, height } of rows.strips) {
    context.fillStyle = hostColours(palette, host.role).ink
    context.fillText(text.transport.waits(host.name), 84, y + height / 2, 80)
  }
}

/** Words inside a wait need this much room beside them, px. */
const WORD_ROOM = 10

function drawStrip(
  context: CanvasRenderingContext2D,
  palette: Palette,
  strip: StripRow,
  axis: TimeAxis,
  text: Catalogue,
): void {
  const colours = hostColours(palette, strip.host.role)
  let drawnTo = -1
  for (const span of strip.spans) {
    const x = placeOf(axis, span.from)
    const width = placeOf(axis, span.to) - x
    // Spans thinner than a pixel are drawn once for each pixel.
    if (width < 1 && x + width < drawnTo + 1) continue
    drawnTo = x + width
    drawSpan(context, palette, span, colours, x, strip.y, Math.max(1, width), strip.height)
    const word = span.what === 'blocked' ? text.waiting.blocked(span.call) : text.waiting.short[span.what]
    if (width > 24) drawWord(context, palette, word, x, strip, width, span.what)
  }
}

function drawWord(
  context: CanvasRenderingContext2D,
  palette: Palette,
  word: string,
  x: number,
  strip: StripRow,
  width: number,
  what: WaitSpan['what'],
): void {
  setFont(context, palette, 10)
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  if (context.measureText(word).width + WORD_ROOM > width) return
  const middle = strip.y + strip.height / 2 + 0.5
  if (isHatched(what)) {
    context.strokeStyle = palette.colour.surface
    context.lineWidth = 5
    context.lineJoin = 'round'
    context.strokeText(word, x + width / 2, middle)
  }
  context.fillStyle = isQuiet(what) ? palette.colour['ink-2'] : hostColours(palette, strip.host.role).ink
  context.fillText(word, x + width / 2, middle)
}

function isQuiet(what: WaitSpan['what']): boolean {
  return (
    what === 'nothingToSend' || what === 'closed' || what === 'peerClose' || what === 'timeWait' || what === 'handshake'
  )
}

/** Waits for the network are hatched; waits for a window or a rule are tinted; idle is empty. */
function isHatched(what: WaitSpan['what']): boolean {
  return what === 'retransmission' || what === 'finAck' || what === 'pacing'
}

function drawSpan(
  context: CanvasRenderingContext2D,
  palette: Palette,
  span: WaitSpan,
  colours: ReturnType<typeof hostColours>,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  if (isHatched(span.what)) {
    hatch(context, x, y, width, height, colours.mid)
    return
  }
  context.fillStyle = isQuiet(span.what) ? palette.colour['surface-sunk'] : colours.tint
  context.fillRect(x, y, width, height)
  if (width < 3) return
  const faint = span.what === 'nothingToSend' || span.what === 'closed'
  context.strokeStyle = faint
    ? palette.colour.hairline
    : isQuiet(span.what)
      ? palette.colour['hairline-strong']
      : colours.solid
  context.lineWidth = 0.8
  context.strokeRect(x + 0.4, y + 0.4, width - 0.8, height - 0.8)
}

/** Marks of a kind stand at least this far apart, px. */
const SPACING: Readonly<Record<MarkKind, number>> = {
  drop: 1,
  state: 2,
  retransmission: 3,
  loss: 5,
  reset: 3,
  action: 2,
}

function drawMarks(
  context: CanvasRenderingContext2D,
  palette: Palette,
  { marks, axis, rows, snapshot }: TimelinePicture,
): void {
  const roles = (snapshot?.hosts ?? []).map((host) => host.role)
  for (const kind of MARK_KINDS) {
    for (const track of marks.values()) {
      if (track.kind !== kind) continue
      // The next mark to be drawn is searched for, not come upon: there may be a hundred thousand.
      for (let i = 0; i < track.at.length;) {
        const x = placeOf(axis, track.at[i])
        drawMark(context, palette, kind, roles[track.host] ?? 'other', x, rows.marksAt)
        i = Math.max(i, lastAt(track.at, track.at.length, timeAt(axis, x + SPACING[kind]))) + 1
      }
    }
  }
}

function drawMark(
  context: CanvasRenderingContext2D,
  palette: Palette,
  kind: MarkKind,
  role: HostView['role'],
  x: number,
  y: number,
): void {
  const { solid } = hostColours(palette, role)
  context.fillStyle = solid
  context.strokeStyle = solid
  switch (kind) {
    case 'state':
      context.beginPath()
      if (role === 'client') context.arc(x, y, 3.2, 0, 7)
      else context.rect(x - 3, y - 3, 6, 6)
      context.fill()
      break
    case 'loss':
      context.strokeStyle = palette.colour.loss
      context.lineWidth = 1.8
      cross(context, x, y, 3.6)
      break
    case 'reset':
      context.fillStyle = palette.colour.loss
      context.fillRect(x - 3, y - 3, 6, 6)
      break
    case 'retransmission':
      context.lineWidth = 2
      context.setLineDash([3, 2])
      line(context, x, y - 5, x, y + 6)
      context.setLineDash([])
      break
    case 'drop':
      context.lineWidth = 1
      line(context, x, y - 3, x, y + 3)
      break
    case 'action':
      context.fillStyle = palette.colour.ink
      context.beginPath()
      context.moveTo(x - 3.4, y - 7)
      context.lineTo(x + 3.4, y - 7)
      context.lineTo(x, y - 2)
      context.fill()
      break
  }
}

function drawRail(context: CanvasRenderingContext2D, palette: Palette, picture: TimelinePicture, roomy: boolean): void {
  const { axis, rows, now, last } = picture
  const y = rows.railAt
  context.strokeStyle = palette.colour['hairline-strong']
  context.lineWidth = 1
  line(context, axis.x0, y, axis.x1, y)
  for (const fold of axis.breaks) {
    context.clearRect(fold.x0 + 2, y - 2, Math.max(0, fold.x1 - fold.x0 - 4), 4)
    context.setLineDash([1, 3])
    line(context, fold.x0 + 2, y, fold.x1 - 2, y)
    context.setLineDash([])
  }
  context.strokeStyle = palette.colour.ink
  context.lineWidth = 2
  line(context, axis.x0, y, placeOf(axis, Math.min(now, last)), y)
  if (!roomy) return
  setFont(context, palette, 10)
  context.textAlign = 'center'
  context.textBaseline = 'alphabetic'
  context.fillStyle = palette.colour['ink-3']
  context.strokeStyle = palette.colour['hairline-strong']
  context.lineWidth = 1
  for (const tick of axis.ticks) {
    line(context, tick.x, y, tick.x, y + 4)
    context.fillText(tick.label, tick.x, y + 15)
  }
  for (const fold of axis.breaks) {
    if (context.measureText(fold.label).width + 6 > fold.x1 - fold.x0) continue
    context.fillText(fold.label, (fold.x0 + fold.x1) / 2, y - 5)
  }
}

/** The event that is explained is ringed here as everywhere. */
function drawSelection(context: CanvasRenderingContext2D, palette: Palette, picture: TimelinePicture): void {
  const { selection, marks, axis, rows } = picture
  if (selection?.kind !== 'event') return
  const at = timeOfMark(marks, selection.event)
  if (at < 0) return
  context.strokeStyle = palette.colour.selection
  context.lineWidth = 1.3
  context.beginPath()
  context.arc(placeOf(axis, at), rows.marksAt, 8, 0, 7)
  context.stroke()
}

/** When the marked event happened; -1 where it has no mark. */
function timeOfMark(marks: TimelineFold['marks'], event: number): number {
  for (const track of marks.values()) {
    const place = lastAt(track.event, track.event.length, event)
    if (place >= 0 && track.event[place] === event) return track.at[place]
  }
  return -1
}

function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath()
  context.moveTo(x1, y1)
  context.lineTo(x2, y2)
  context.stroke()
}
