/** Two graphs of one connection's path: its round trips with the timeout that follows from them, and its throughput with the bottleneck's queue. */
import { bisectLeft } from 'd3'
import { useStore } from '../../store'
import { lastAt, placeOf, timeAt } from '../../viz'
import type { PathPicture, QueueSamples, TimeAxis } from '../../viz'
import { foldsOf, pathsOf } from '../folds'
import { rateText } from '../format'
import { useText } from '../text'
import { ConnectionChoice, useConnection } from './connection'
import { drawRoundTrips, drawThroughput, ratesOf } from './draw-path'
import { Graph } from './Graph'

interface PathGraphProps {
  readonly compact?: boolean
}

/** What both graphs draw from. */
function usePath() {
  const snapshot = useStore((state) => state.snapshot)
  const trace = useStore((state) => state.trace)
  const selection = useStore((state) => state.selection)
  const { series } = foldsOf(trace)
  const socket = useConnection(series)
  const fold = pathsOf(trace)
  const picture = fold.pictures.get(socket)
  const host = picture === undefined ? undefined : snapshot?.hosts[picture.host]
  const role = host?.role ?? ('other' as const)
  const queue = picture === undefined ? undefined : fold.queues.get(picture.host)
  return { series, socket, picture, queue, role, selection, now: snapshot?.position.at ?? 0 }
}

export function RoundTrips({ compact = false }: PathGraphProps) {
  const text = useText()
  const { series, socket, picture, queue, role, selection, now } = usePath()
  const words = text.graphs.rtt
  const empty = picture === undefined || picture.samples.at.length === 0 ? words.none : null
  return (
    <Graph
      label={picture === undefined ? words.none : words.label(...nowValues(picture, now), picture.expiries.length)}
      empty={empty}
      compact={compact}
      caption={
        <>
          {words.caption}
          <ConnectionChoice series={series} socket={socket} />
        </>
      }
      draw={(scene) => {
        if (picture !== undefined) drawRoundTrips(scene, { picture, queue, role, selection, text: text.graphs })
      }}
      readout={(at) => {
        if (picture === undefined) return []
        const [sample, srtt, rto] = nowValues(picture, at)
        const { key } = words
        return [[key.sample, sample] as const, [key.srtt, srtt] as const, [key.rto, rto] as const]
      }}
      pick={(x, _, axis) => (picture === undefined ? -1 : nearestSample(picture, axis, x))}
    />
  )
}

/** Sample, smoothed value and timeout at a time, as words. */
function nowValues({ samples }: PathPicture, at: number): readonly [sample: string, srtt: string, rto: string] {
  const i = lastAt(samples.at, samples.at.length, at)
  if (i < 0) return ['–', '–', '–']
  const words = (micros: number): string => `${Number((micros / 1_000).toPrecision(4))} ms`
  return [words(samples.sample[i]), words(samples.srtt[i]), words(samples.rto[i])]
}

function nearestSample({ samples, expiries }: PathPicture, axis: TimeAxis, x: number): number {
  const expiry = expiries.find(({ at }) => Math.abs(placeOf(axis, at) - x) < 6)
  if (expiry !== undefined) return expiry.event
  const after = bisectLeft(samples.at, timeAt(axis, x))
  const near = [after - 1, after].filter((i) => i >= 0 && i < samples.at.length)
  const gap = (i: number): number => Math.abs(placeOf(axis, samples.at[i]) - x)
  const best = near.toSorted((a, b) => gap(a) - gap(b)).at(0)
  return best === undefined || gap(best) > 9 ? -1 : samples.event[best]
}

export function Throughput({ compact = false }: PathGraphProps) {
  const text = useText()
  const { series, socket, picture, queue, role, selection, now } = usePath()
  const words = text.graphs.throughput
  const empty = picture === undefined || picture.sent.at.length === 0 ? words.none : null
  const sent = picture?.sent.bytes.at(-1) ?? 0
  const acknowledged = picture?.acknowledged.bytes.at(-1) ?? 0
  return (
    <Graph
      label={empty ?? words.label(sent, acknowledged)}
      empty={empty}
      compact={compact}
      caption={
        <>
          {words.caption}
          <ConnectionChoice series={series} socket={socket} />
        </>
      }
      draw={(scene) => {
        if (picture !== undefined) drawThroughput(scene, { picture, queue, role, selection, text: text.graphs })
      }}
      readout={(at, axis) => {
        if (picture === undefined) return []
        const x = placeOf(axis, at)
        const rate = (total: PathPicture['sent']): string => {
          const column = ratesOf(total, { axis, now }).find((candidate) => x >= candidate.x0 && x <= candidate.x1)
          return column === undefined ? '–' : rateText(column.bitsPerSecond)
        }
        const waiting = queue === undefined ? -1 : lastAt(queue.at, queue.at.length, at)
        return [
          [words.key.sent, rate(picture.sent)] as const,
          [words.key.acknowledged, rate(picture.acknowledged)] as const,
          ...(queue === undefined || waiting < 0 ? [] : [[words.key.queue, String(queue.waiting[waiting])] as const]),
        ]
      }}
      pick={(x, _, axis) => (queue === undefined ? -1 : queuedAt(queue, axis, x))}
    />
  )
}

/** The packet that queued nearest to a place. */
function queuedAt(queue: QueueSamples, axis: TimeAxis, x: number): number {
  const i = lastAt(queue.at, queue.at.length, timeAt(axis, x + 3))
  return i >= 0 && Math.abs(placeOf(axis, queue.at[i]) - x) < 9 ? queue.event[i] : -1
}
