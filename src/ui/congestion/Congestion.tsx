/** The congestion graph of one connection, on the timeline's axis: hover reads values, a click explains the change. */
import { useRef, useState } from 'react'
import { store, useStore } from '../../store'
import type { HostView, Snapshot } from '../../trace'
import { lastAt, placeOf, timeAt } from '../../viz'
import type { CaChange, LossMark, Samples, SeriesFold, TimeAxis } from '../../viz'
import { useCanvas, useSize } from '../canvas'
import { foldsOf, gapsOf } from '../folds'
import { useIndexes } from '../heroes'
import { clockText } from '../format'
import { shownRow, socketRows } from '../host'
import { useText } from '../text'
import type { Catalogue } from '../text'
import { runAxis } from '../time-axis'
import styles from './congestion.module.css'
import { drawCongestion, mostSegments } from './draw-congestion'

const EMPTY_SAMPLES: Samples = {
  count: 0,
  at: new Float64Array(),
  cwnd: new Float64Array(),
  ssthresh: new Float64Array(),
  flight: new Float64Array(),
  window: new Float64Array(),
  phase: new Uint8Array(),
  event: new Int32Array(),
}
const ETHERNET_MSS = 1448

export function Congestion({ compact = false }: { readonly compact?: boolean }) {
  const text = useText()
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const size = useSize(box)
  const snapshot = useStore((state) => state.snapshot)
  const trace = useStore((state) => state.trace)
  const end = useStore((state) => state.end)
  const selection = useStore((state) => state.selection)
  const shownSockets = useStore((state) => state.shownSockets)
  const indexes = useIndexes()
  const [chosen, setChosen] = useState<number | null>(null)
  const [hover, setHover] = useState(-1)

  const folds = foldsOf(trace)
  const socket = connectionOf(snapshot, folds.series, shownSockets, chosen)
  const samples = folds.series.samples.get(socket) ?? EMPTY_SAMPLES
  const marks = folds.series.marks.get(socket) ?? []
  const caStates = folds.series.caStates.get(socket) ?? []
  const owner = ownerOf(snapshot, socket)
  const mss = owner?.socket?.tcb?.smss ?? ETHERNET_MSS
  const now = snapshot?.position.at ?? 0
  const axis = runAxis(gapsOf(indexes?.packets), Math.max(end.at, now), size.width, compact)
  useCanvas(canvas, size, (context, area, palette) => {
    if (samples.count === 0) return
    const role = snapshot?.hosts[trace.events.host[samples.event[0]]]?.role ?? 'other'
    drawCongestion(context, area, palette, { axis, samples, marks, caStates, role, mss, now, selection, hover, text })
  })
  const under = lastAt(samples.at, samples.count, timeAt(axis, hover))
  return (
    <div className={styles.graph}>
      <Caption
        snapshot={snapshot}
        series={folds.series}
        socket={socket}
        window={windowAbove(samples, now, mss)}
        onChoose={setChosen}
      />
      <div ref={box} className={styles.plot}>
        {samples.count === 0 ? <p className={styles.none}>{text.congestion.none}</p> : null}
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${graphLabel(samples, now, mss, text)} ${text.congestion.caState(caStateAt(caStates, now))}`}
          onPointerMove={(event) => setHover(event.nativeEvent.offsetX)}
          onPointerLeave={() => setHover(-1)}
          onPointerDown={(event) => pick(samples, marks, axis, event.nativeEvent.offsetX)}
        />
        {under >= 0 && hover >= axis.x0 ? (
          <Readout samples={samples} caStates={caStates} at={under} mss={mss} left={hover} room={size.width} />
        ) : null}
      </div>
    </div>
  )
}

/** The chosen connection, else the one a panel shows, else the one with most to show. */
function connectionOf(
  snapshot: Snapshot | null,
  series: SeriesFold,
  shownSockets: Readonly<Record<number, number>>,
  chosen: number | null,
): number {
  if (chosen !== null && series.samples.has(chosen)) return chosen
  let best = -1
  let most = 0
  for (const host of snapshot?.hosts ?? []) {
    const shown = shownRow(socketRows(host), shownSockets[host.index])?.socket.id
    const count = shown === undefined ? 0 : (series.samples.get(shown)?.count ?? 0)
    if (shown !== undefined && count > most) [best, most] = [shown, count]
  }
  if (best >= 0) return best
  for (const [socket, { count }] of series.samples) if (count > most) [best, most] = [socket, count]
  return best
}

function ownerOf(snapshot: Snapshot | null, id: number) {
  for (const host of snapshot?.hosts ?? []) {
    const socket = host.sockets.find((candidate) => candidate.id === id)
    if (socket !== undefined) return { host, socket }
  }
  return undefined
}

function nameOf(host: HostView, id: number, text: Catalogue): string {
  const fd = host.sockets.find((socket) => socket.id === id)?.descriptors.at(0)?.fd
  return text.congestion.who(host.name, fd === undefined ? `#${id}` : text.host.descriptor(fd))
}

interface CaptionProps {
  readonly snapshot: Snapshot | null
  readonly series: SeriesFold
  readonly socket: number
  /** The peer's window in segments where it lies above the graph; 0 where it is on it. */
  readonly window: number
  readonly onChoose: (socket: number) => void
}

/** Connections in the list; a run may have thousands. */
const MOST_LISTED = 60

function Caption({ snapshot, series, socket, window, onChoose }: CaptionProps) {
  const text = useText()
  const owner = ownerOf(snapshot, socket)
  const known = (snapshot?.hosts ?? [])
    .flatMap((host) => host.sockets.map(({ id }) => ({ host, id })))
    .filter(({ id }) => series.samples.has(id))
    .slice(0, MOST_LISTED)
  const algorithm = owner?.socket.tcb?.congestion.algorithm ?? ''
  return (
    <p className={styles.caption}>
      {window > 0 ? `${text.congestion.windowAbove(window)} · ` : ''}
      {text.congestion.segments}
      {algorithm === '' ? '' : ` · ${algorithm}`}
      {known.length > 1 ? (
        <select
          aria-label={text.congestion.connection}
          value={socket}
          onChange={(event) => onChoose(Number(event.target.value))}
        >
          {known.map(({ host, id }) => (
            <option key={id} value={id}>
              {nameOf(host, id, text)}
            </option>
          ))}
        </select>
      ) : owner === undefined ? null : (
        ` · ${nameOf(owner.host, socket, text)}`
      )}
    </p>
  )
}

function windowAbove(samples: Samples, now: number, mss: number): number {
  const at = lastAt(samples.at, samples.count, now)
  const window = at < 0 ? 0 : samples.window[at] / mss
  return window > mostSegments(samples, mss) ? Math.round(window) : 0
}

interface ReadoutProps {
  readonly samples: Samples
  readonly caStates: readonly CaChange[]
  readonly at: number
  readonly mss: number
  readonly left: number
  readonly room: number
}

function Readout({ samples, caStates, at, mss, left, room }: ReadoutProps) {
  const text = useText().congestion
  const rows = valuesAt(samples, at, mss)
  const onLeft = left > room - 170
  return (
    <dl className={styles.readout} style={onLeft ? { right: room - left + 8 } : { left: left + 8 }}>
      <div>
        <dt>{clockText(samples.at[at])}</dt>
      </div>
      {(['cwnd', 'ssthresh', 'flight', 'window'] as const).map((name) => (
        <div key={name}>
          <dt>{text.series[name]}</dt>
          <dd>{rows[name]}</dd>
        </div>
      ))}
      <div>
        <dt>{text.series.caState}</dt>
        <dd>{caStateAt(caStates, samples.at[at])}</dd>
      </div>
    </dl>
  )
}

function valuesAt(samples: Samples, at: number, mss: number) {
  const inSegments = (bytes: number): string => String(Number((bytes / mss).toFixed(1)))
  const ssthresh = samples.ssthresh[at]
  return {
    cwnd: String(samples.cwnd[at]),
    ssthresh: Number.isFinite(ssthresh) ? String(ssthresh) : '∞',
    flight: inSegments(samples.flight[at]),
    window: inSegments(samples.window[at]),
  }
}

function caStateAt(changes: readonly CaChange[], at: number): CaChange['state'] {
  return changes.findLast((change) => change.at <= at)?.state ?? 'Open'
}

function graphLabel(samples: Samples, now: number, mss: number, text: Catalogue): string {
  const at = lastAt(samples.at, samples.count, now)
  if (at < 0) return text.congestion.none
  const { ssthresh, flight, window } = valuesAt(samples, at, mss)
  return text.congestion.label(samples.cwnd[at], ssthresh, flight, window)
}

/** A loss or retransmission under the pointer, else the last change of the variables. */
function pick(samples: Samples, marks: readonly LossMark[], axis: TimeAxis, x: number): void {
  const mark = marks.find((candidate) => Math.abs(placeOf(axis, candidate.at) - x) < 5)
  const at = lastAt(samples.at, samples.count, timeAt(axis, x + 3))
  if (mark !== undefined) store.getState().select({ kind: 'event', event: mark.event })
  else if (at >= 0) store.getState().select({ kind: 'event', event: samples.event[at] })
}
