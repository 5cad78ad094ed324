/**
 * The ladder at one moment, laid out: which packets are in view, their lines and bars, crosses, words, marks and ticks. Pure: the
 * same trace, moment and view give the same picture. Only what is in view is looked at.
 */
import { NEVER } from '../../base'
import type { Micros } from '../../base'
import { DROP_REASONS, LOSS_REASONS } from '../../trace'
import type { LinkView, PacketInFlight, SessionInfo, Trace } from '../../trace'
import { HALFWAY, LOST } from '../packet-index'
import { hasLeft, packetsBetween, wayOf } from '../packet-index'
import type { Moment, PacketIndex, Way } from '../packet-index'
import { placeLabels } from './labels'
import type { Wish } from './labels'
import { layLanes } from './lanes'
import type { Lane, LaneRoom } from './lanes'
import { notesBetween } from './marks'
import type { HostNote } from './marks'
import type { Bar, Cross, LadderPicture, LineKind, Mark, PacketLine, QueueStrip } from './picture'
import { axisDigits, axisTicks } from './ticks'
import type { TimeScale } from './time-scale'
import { controlName, isPureAck, isResent, packetWords } from './words'

export interface LadderInput {
  readonly index: PacketIndex
  readonly trace: Trace
  readonly moment: Moment
  readonly scale: TimeScale
  readonly hosts: SessionInfo['hosts']
  readonly links: readonly Pick<LinkView, 'a' | 'b'>[]
  readonly inFlight: readonly PacketInFlight[]
  readonly width: number
  readonly height: number
  /** Pixels kept free above for the heads of the lifelines. */
  readonly top: number
  /** The place on the scale that is drawn at `top`. */
  readonly shift: number
  readonly selectedPacket: number
}

const LINES_FOR_WORDS = 40
const LINES_FOR_HEADS = 110
const LINES_FOR_STROKES = 260
/** About as many lines as a picture of a few hundred pixels can show; beyond, a sample stands for all. */
const MOST_LINES = 700

interface Frame extends LadderInput {
  readonly room: LaneRoom
  readonly laneOf: ReadonlyMap<number, Lane>
  readonly arrivals: ReadonlyMap<number, Micros>
  toY(at: Micros): number
}

export function layLadder(input: LadderInput): LadderPicture {
  const { index, trace, moment, scale, top, height, shift, width } = input
  const axis = axisTicks(scale, Math.max(0, shift), Math.min(shift + height - top, scale.pixels(moment.at)))
  const room = layLanes(input.hosts, input.links, width, axisDigits(axis, moment.at))
  const frame: Frame = {
    ...input,
    room,
    laneOf: new Map(room.lanes.map((lane) => [lane.host, lane])),
    arrivals: new Map(
      input.inFlight.flatMap((flight) =>
        flight.arrivesAt === null || flight.doomed ? [] : [[flight.packet, flight.arrivesAt] as const],
      ),
    ),
    toY: (at) => scale.pixels(at) - shift + top,
  }
  const from = Math.max(0, scale.time(shift))
  const to = Math.min(moment.at, scale.time(shift + height - top))
  const packets = packetsBetween(index, from, to, MOST_LINES).filter((p) => hasLeft(index, p, moment))
  const shapes = packets.map((p) => shapePacket(frame, p))
  const density = densityOf(shapes.filter(({ line }) => isSeen(line, top, height)).length)
  const notes = density > 1 ? [] : notesBetween(trace, from, to, moment)
  const nowY = frame.toY(moment.at)
  return {
    width,
    height,
    top,
    lanes: room.lanes,
    axisX: room.axisX,
    axis,
    shift: shift - top,
    nowY,
    lines: shapes.map((shape) => shape.line),
    bars: shapes.flatMap((shape) => (shape.bar === null ? [] : [shape.bar])),
    crosses: thinWords(shapes.flatMap((shape) => (shape.cross === null ? [] : [shape.cross]))),
    strips: queueStrips(frame, packets),
    labels: room.words
      ? placeLabels(clearOfNow(frame, wishesOf(frame, shapes, notes, density), nowY), top - 4, nowY + 8)
      : [],
    marks: notes.flatMap((note) => markOf(frame, note)),
    breaks: scale.breaks(shift, shift + height).map((pause) => ({
      y: pause.from - shift + top,
      height: pause.to - pause.from,
      micros: pause.end - pause.start,
    })),
    density,
  }
}

function densityOf(lines: number): LadderPicture['density'] {
  if (lines > LINES_FOR_STROKES) return 3
  if (lines > LINES_FOR_HEADS) return 2
  return lines > LINES_FOR_WORDS ? 1 : 0
}

/** True for a line of which something shows; one that still waits for the link has none. */
function isSeen({ points, queued }: PacketLine, top: number, height: number): boolean {
  return !queued && points[points.length - 1] >= top && points[1] <= height
}

interface Shape {
  readonly packet: number
  readonly line: PacketLine
  readonly bar: Bar | null
  readonly cross: Cross | null
}

/** How far a dotted hint reaches ahead of a packet under way, in pixels of height. */
const GHOST_HEIGHT = 14

function shapePacket(frame: Frame, p: number): Shape {
  const { index, moment } = frame
  const { rows } = index
  const way = wayOf(index, p, moment, frame.arrivals.get(p))
  // Colour is that of who made it, however many routers it has passed.
  const lane = frame.laneOf.get(rows.origin[p])
  const [x0, x1] = ends(frame, p)
  const points = cornersOf(frame, way, x0, x1)
  const kind: LineKind = kindOf(index, p)
  const role = lane?.role ?? 'other'
  const selected = p === frame.selectedPacket
  // What was counted after this moment is not known yet.
  const counted = rows.arrivedEvent[p] !== -1 && rows.arrivedEvent[p] < moment.event ? rows.duplicateAck[p] : 0
  const line: PacketLine = {
    packet: p,
    kind,
    role,
    fate: way.fate,
    held: way.held,
    queued: way.queued,
    points,
    key: counted > 0 && counted <= 3,
    duplicateAck: counted,
    selected,
  }
  const x = points[points.length - 2]
  const y = points[points.length - 1]
  const angle = Math.atan2(y - points[points.length - 3], x - points[points.length - 4])
  const bar = way.fate === 'inFlight' ? barOf(frame, p, way, { x, y, x1, kind, role, selected }) : null
  const cross = way.fate === 'lost' || way.fate === 'dropped' ? crossOf(frame, p, way.fate, x, y, angle) : null
  return { packet: p, line, bar, cross }
}

function kindOf(index: PacketIndex, p: number): LineKind {
  if (index.rows.protocol[p] === ICMP) return 'icmp'
  return isResent(index, p) ? 'again' : isPureAck(index, p) ? 'ack' : 'data'
}

const ICMP = 1

/** Pixels of the two ends of a packet's way. A packet to nowhere goes a little way towards the middle. */
function ends(frame: Frame, p: number): [number, number] {
  const { rows } = frame.index
  const from = frame.laneOf.get(rows.from[p])?.x ?? frame.room.lanes[0].x
  const to = frame.laneOf.get(rows.to[p])?.x
  if (to !== undefined && to !== from) return [rows.marks[p] & HALFWAY ? (from + to) / 2 : from, to]
  return [from, from + (from > frame.width / 2 ? -48 : 48)]
}

function cornersOf(frame: Frame, way: Way, x0: number, x1: number): number[] {
  const points: number[] = []
  for (let i = 0; i < way.at.length; i++) points.push(x0 + (x1 - x0) * way.place[i], frame.toY(way.at[i]))
  return points
}

function barOf(
  frame: Frame,
  p: number,
  way: Way,
  at: { x: number; y: number; x1: number; kind: LineKind; role: Lane['role']; selected: boolean },
): Bar {
  const { x, y, x1, kind, role, selected } = at
  const pace = way.dueAt === NEVER || way.dueAt <= frame.moment.at ? 0 : (x1 - x) / (way.dueAt - frame.moment.at)
  const reach = Math.min(
    GHOST_HEIGHT / frame.scale.pixelsPerMicro,
    way.dueAt === NEVER ? 0 : way.dueAt - frame.moment.at,
  )
  const flight = frame.inFlight.find((other) => other.packet === p)
  return {
    packet: p,
    kind,
    role,
    x,
    y,
    ghostX: x + pace * Math.max(0, reach),
    ghostY: y + Math.max(0, reach) * frame.scale.pixelsPerMicro,
    held: way.held,
    queued: way.queued,
    corrupted: flight?.corrupted ?? false,
    selected,
  }
}

const CROSS_WORDS: Partial<Record<(typeof LOSS_REASONS)[number], Cross['word']>> = {
  queueFull: 'queueFull',
  unplugged: 'unplugged',
  noRoute: 'noRoute',
  noNeighbour: 'noNeighbour',
  tooLong: 'tooLong',
}
/** What a router has against a packet. */
const DROP_WORDS: Partial<Record<(typeof DROP_REASONS)[number], Cross['word']>> = {
  noRoute: 'noRoute',
  tooLong: 'tooLong',
  ttlExceeded: 'ttlExceeded',
}

/** Crosses one above the other that say the same: the topmost says it. */
const CROSS_ROOM = 34

function thinWords(crosses: readonly Cross[]): Cross[] {
  const last = new Map<string, number>()
  return crosses.map((cross) => {
    const key = `${cross.word} ${Math.round(cross.x / 40)}`
    const before = last.get(key) ?? -Infinity
    if (Math.abs(cross.y - before) < CROSS_ROOM) return { ...cross, word: '' }
    last.set(key, cross.y)
    return cross
  })
}

function crossOf(frame: Frame, p: number, fate: 'lost' | 'dropped', x: number, y: number, angle: number): Cross {
  const { rows } = frame.index
  const word =
    fate === 'dropped'
      ? (DROP_WORDS[DROP_REASONS[rows.reason[p]]] ?? 'dropped')
      : (CROSS_WORDS[LOSS_REASONS[rows.reason[p]]] ?? 'lost')
  return { packet: p, x, y, angle, arrived: fate === 'dropped', word }
}

/** Times in which packets waited for their link, as strips beside the lifeline; overlapping ones become one. */
function queueStrips(frame: Frame, packets: readonly number[]): QueueStrip[] {
  const { index, moment } = frame
  const { rows } = index
  const strips: { x: number; from: number; to: number; role: Lane['role'] }[] = []
  for (const p of packets) {
    const lane = frame.laneOf.get(rows.from[p])
    const end = Math.min(rows.departsAt[p], moment.at, rows.fate[p] === LOST ? rows.endAt[p] : NEVER)
    if (lane === undefined || end <= rows.sentAt[p]) continue
    const from = frame.toY(rows.sentAt[p])
    const to = frame.toY(end)
    if (to - from < 3) continue
    const towards = frame.laneOf.get(rows.to[p])?.x ?? frame.width / 2
    const x = lane.x + (towards < lane.x ? -3 : 3)
    const open = strips.findLast((strip) => strip.x === x)
    if (open !== undefined && from <= open.to + 1) open.to = Math.max(open.to, to)
    else strips.push({ x, from, to, role: lane.role })
  }
  return strips
}

function wishesOf(frame: Frame, shapes: readonly Shape[], notes: readonly HostNote[], density: number): Wish[] {
  const wishes: Wish[] = []
  for (const shape of shapes) {
    const wish = packetWish(frame, shape, density)
    if (wish !== undefined) wishes.push(wish)
  }
  for (const note of notes) {
    // In a crowd the calls of a busy program would fill the gutter.
    if (density > 0 && (note.kind === 'call' || note.kind === 'returned')) continue
    const lane = frame.laneOf.get(note.host)
    if (lane === undefined || lane.gutter === 'none') continue
    if (note.text.length * (note.kind === 'state' ? STATE_LETTER : CALL_LETTER) > gutterWidth(frame, lane)) continue
    wishes.push({
      ...besideLane(lane),
      y: frame.toY(note.at),
      text: note.text,
      below: '',
      tone: note.kind === 'state' ? 'state' : 'call',
      phase: note.phase,
      packet: -1,
      event: note.event,
      weight: note.kind === 'state' ? 40 : note.kind === 'failed' ? 36 : 30,
      slack: 58,
    })
  }
  return wishes
}

/** Pixels of a letter in the faces of the gutter's notes. */
const STATE_LETTER = 6.9
const CALL_LETTER = 6.4
const SACK_LETTER = 6.1

function gutterWidth(frame: Frame, lane: Lane): number {
  return (lane.gutter === 'left' ? lane.x : frame.width - lane.x) - 12
}

/** Long words of the left gutter make way for the clock's number at the now-line. */
function clearOfNow({ room }: Frame, wishes: readonly Wish[], nowY: number): Wish[] {
  return wishes.map((wish) => {
    const left = wish.x - wish.text.length * STATE_LETTER
    const inTheWay = wish.align === 'right' && left < room.axisX + 4 && Math.abs(wish.y - nowY) < NOW_CLEARANCE
    return inTheWay ? { ...wish, y: nowY - NOW_CLEARANCE } : wish
  })
}

const NOW_CLEARANCE = 12

function besideLane(lane: Lane): Pick<Wish, 'x' | 'align'> {
  return lane.gutter === 'left' ? { x: lane.x - 10, align: 'right' } : { x: lane.x + 10, align: 'left' }
}

function packetWish(frame: Frame, shape: Shape, density: number): Wish | undefined {
  const { index, trace } = frame
  const { rows } = index
  const { packet: p, line } = shape
  if (density > 1 && !line.selected) return undefined
  const lane = frame.laneOf.get(rows.from[p])
  // What a host in the middle passes on is named where it came from; only its own words are written beside it.
  if (lane === undefined || (lane.gutter === 'none' && line.kind !== 'icmp')) return undefined
  const control = controlName(rows.flags[p])
  const lost = shape.cross !== null && line.fate === 'lost'
  const weight = line.selected
    ? 100
    : lost
      ? 80
      : control !== '' || line.kind === 'icmp'
        ? 70
        : line.kind === 'again'
          ? 60
          : line.kind === 'data'
            ? 35
            : 20
  // In a crowd only what stands out keeps its words.
  if (density > 0 && weight < 60) return undefined
  const { text, below } = packetWords(index, trace, p, Math.floor(gutterWidth(frame, lane) / SACK_LETTER))
  return {
    ...(lane.gutter === 'none' ? awayFrom(lane.x, frame.laneOf.get(rows.to[p])?.x ?? lane.x) : besideLane(lane)),
    y: line.points[1],
    text,
    below,
    tone: lost
      ? 'loss'
      : line.selected || line.kind === 'again' || control !== '' || line.kind === 'icmp'
        ? 'strong'
        : 'plain',
    phase: '',
    packet: p,
    event: rows.sentEvent[p],
    weight,
    slack: 4,
  }
}

/** On the side of a lifeline that a packet leaves behind. */
function awayFrom(x: number, to: number): Pick<Wish, 'x' | 'align'> {
  return to < x ? { x: x + 10, align: 'left' } : { x: x - 10, align: 'right' }
}

function markOf(frame: Frame, note: HostNote): Mark[] {
  const lane = frame.laneOf.get(note.host)
  if (lane === undefined) return []
  const side = lane.gutter === 'right' ? 'right' : 'left'
  return [{ event: note.event, x: lane.x, y: frame.toY(note.at), kind: note.kind, phase: note.phase, side }]
}
