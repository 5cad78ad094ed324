/** The congestion graph of one connection, on the timeline's axis: hover reads values, a click explains the change. */
import { useStore } from '../../store'
import { lastAt, placeOf, timeAt } from '../../viz'
import type { CaChange, LossMark, Samples, TimeAxis } from '../../viz'
import { foldsOf } from '../folds'
import { useText } from '../text'
import type { Catalogue } from '../text'
import { ConnectionChoice, ownerOf, useConnection } from './connection'
import { drawCongestion, mostSegments } from './draw-congestion'
import { Graph } from './Graph'

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
  const snapshot = useStore((state) => state.snapshot)
  const trace = useStore((state) => state.trace)
  const selection = useStore((state) => state.selection)
  const { series } = foldsOf(trace)
  const socket = useConnection(series)
  const samples = series.samples.get(socket) ?? EMPTY_SAMPLES
  const marks = series.marks.get(socket) ?? []
  const caStates = series.caStates.get(socket) ?? []
  const owner = ownerOf(snapshot, socket)
  const mss = owner?.socket.tcb?.smss ?? ETHERNET_MSS
  const algorithm = owner?.socket.tcb?.congestion.algorithm ?? ''
  const now = snapshot?.position.at ?? 0
  const above = windowAbove(samples, now, mss)
  return (
    <Graph
      label={`${graphLabel(samples, now, mss, text)} ${text.congestion.caState(caStateAt(caStates, now))}`}
      empty={samples.count === 0 ? text.congestion.none : null}
      compact={compact}
      caption={
        <>
          {above > 0 ? `${text.congestion.windowAbove(above)} · ` : ''}
          {text.congestion.segments}
          {algorithm === '' ? '' : ` · ${algorithm}`}
          <ConnectionChoice series={series} socket={socket} />
        </>
      }
      draw={(scene) => {
        const role = snapshot?.hosts[trace.events.host[samples.event[0]]]?.role ?? 'other'
        drawCongestion(scene, { samples, marks, caStates, role, mss, selection, text })
      }}
      readout={(time) => {
        const at = lastAt(samples.at, samples.count, time)
        if (at < 0) return []
        const values = valuesAt(samples, at, mss)
        const names = text.congestion.series
        return [
          ...(['cwnd', 'ssthresh', 'flight', 'window'] as const).map((name) => [names[name], values[name]] as const),
          [names.caState, caStateAt(caStates, samples.at[at])],
        ]
      }}
      pick={(x, _, axis) => pick(samples, marks, axis, x)}
    />
  )
}

function windowAbove(samples: Samples, now: number, mss: number): number {
  const at = lastAt(samples.at, samples.count, now)
  const window = at < 0 ? 0 : samples.window[at] / mss
  return window > mostSegments(samples, mss) ? Math.round(window) : 0
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
function pick(samples: Samples, marks: readonly LossMark[], axis: TimeAxis, x: number): number {
  const mark = marks.find((candidate) => Math.abs(placeOf(axis, candidate.at) - x) < 5)
  const at = lastAt(samples.at, samples.count, timeAt(axis, x + 3))
  return mark?.event ?? (at >= 0 ? samples.event[at] : -1)
}
