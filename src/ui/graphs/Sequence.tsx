/** The time-sequence graph of one connection: which bytes its sender sent when, and what the ACKs said of them. */
import { bisectLeft } from 'd3'
import { useStore } from '../../store'
import { lastAt, placeOf, SENT_AGAIN, timeAt } from '../../viz'
import type { SequencePicture, TimeAxis } from '../../viz'
import { foldsOf, sequenceOf } from '../folds'
import { grouped } from '../format'
import { useText } from '../text'
import type { Catalogue } from '../text'
import { ConnectionChoice, useConnection } from './connection'
import { drawSequence } from './draw-sequence'
import { Graph } from './Graph'

export function Sequence({ compact = false }: { readonly compact?: boolean }) {
  const text = useText()
  const snapshot = useStore((state) => state.snapshot)
  const trace = useStore((state) => state.trace)
  const selection = useStore((state) => state.selection)
  const { series } = foldsOf(trace)
  const socket = useConnection(series)
  const picture = sequenceOf(trace).pictures.get(socket)
  const now = snapshot?.position.at ?? 0
  const words = text.graphs.sequence
  return (
    <Graph
      label={picture === undefined ? text.congestion.none : summary(picture, now, words)}
      empty={picture === undefined ? text.congestion.none : null}
      compact={compact}
      caption={
        <>
          {words.caption}
          <ConnectionChoice series={series} socket={socket} />
        </>
      }
      draw={(scene) => {
        if (picture === undefined) return
        const role = snapshot?.hosts[picture.host]?.role ?? 'other'
        drawSequence(scene, { picture, role, selection, text: text.graphs })
      }}
      readout={(at) => (picture === undefined ? [] : valuesAt(picture, at, words))}
      pick={(x, _, axis) => (picture === undefined ? -1 : nearest(picture, axis, x))}
    />
  )
}

/** The highest number sent, what is acknowledged and where the window ends, at a time. */
function valuesAt({ sent, acks }: SequencePicture, at: number, words: Catalogue['graphs']['sequence']) {
  const i = lastAt(sent.at, sent.at.length, at)
  const j = lastAt(acks.at, acks.at.length, at)
  if (i < 0) return []
  const highest = sent.high[i]
  const una = j < 0 ? 0 : acks.ack[j]
  return [
    [words.key.sent, grouped(Math.max(highest, una))] as const,
    [words.key.acked, grouped(una)] as const,
    ...(j < 0 ? [] : [[words.key.window, grouped(acks.edge[j])] as const]),
    [words.flight, grouped(Math.max(0, highest - una))] as const,
  ]
}

function summary(picture: SequencePicture, now: number, words: Catalogue['graphs']['sequence']): string {
  const { sent, acks } = picture
  const i = lastAt(sent.at, sent.at.length, now)
  const j = lastAt(acks.at, acks.at.length, now)
  const again = sent.kind.slice(0, i + 1).filter((kind) => kind & SENT_AGAIN).length
  return words.label(i + 1, again, j < 0 ? 0 : acks.ack[j], j < 0 ? 0 : acks.edge[j])
}

/** The segment or the ACK nearest in time to a place. */
function nearest({ sent, acks }: SequencePicture, axis: TimeAxis, x: number): number {
  let best = -1
  let distance = 9
  for (const { at, event } of [sent, acks]) {
    const after = bisectLeft(at, timeAt(axis, x))
    for (const i of [after - 1, after]) {
      if (i < 0 || i >= at.length) continue
      const gap = Math.abs(placeOf(axis, at[i]) - x)
      if (gap < distance) [best, distance] = [event[i], gap]
    }
  }
  return best
}
