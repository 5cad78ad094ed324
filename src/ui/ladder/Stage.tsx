/**
 * The ladder's picture: a canvas for what is seen, and over it a real button for each packet that can be reached, so that
 * keyboard, screen reader and tests meet the same packets as the eye.
 */
import { useEffect, useMemo, useRef } from 'react'
import { formatDuration } from '../../base'
import { useStore } from '../../store'
import type { Selection } from '../../store'
import type { SessionInfo, Snapshot } from '../../trace'
import { clockOnAxis, noteAt, packetAt } from '../../viz'
import { useCanvas, useSize } from '../canvas'
import { clockText } from '../format'
import type { Indexes } from '../heroes'
import { useText } from '../text'
import type { LadderWords } from './canvas'
import { drawLadder } from './draw'
import { Hands } from './Hands'
import styles from './ladder.module.css'
import { PacketButtons } from './PacketButtons'
import { ladderPalette } from './palette'
import { usePan } from './usePan'
import { usePicture } from './usePicture'
import type { Pictured } from './usePicture'
import type { ViewControl } from './view'

export interface StageProps {
  readonly indexes: Indexes
  readonly snapshot: Snapshot
  readonly info: SessionInfo
  readonly control: ViewControl
}

export function Stage({ indexes, snapshot, info, control }: StageProps) {
  const text = useText()
  const stage = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const size = useSize(stage)
  const selection = useStore((state) => state.selection)
  const select = useStore((state) => state.select)
  const selected = selectedPacket(selection, indexes)
  const pictured = usePicture(indexes, snapshot, info, size, control.view, selected)
  const words = useMemo<LadderWords>(() => {
    const names = Object.fromEntries(info.hosts.map((host, i) => [i, host.name]))
    return {
      now: '',
      sends: text.ladder.sends,
      replies: text.ladder.replies,
      cross: text.ladder.cross,
      passes: (band) => text.ladder.passes(formatDuration(roughly(band.micros))),
      names,
    }
  }, [text, info])

  useCanvas(canvas, size, (context) => {
    if (pictured === null) return
    const { picture } = pictured
    const now = clockOnAxis(snapshot.position.at, picture.axis.unit)
    drawLadder(context, picture, ladderPalette(), { ...words, now })
  })

  const { handlers, onWheel } = usePan(pictured, control, {
    onClick: (x, y) => {
      select(meant(pictured, x, y))
    },
    isHit: (x, y) => meant(pictured, x, y) !== null,
  })
  useEffect(() => {
    const { current } = stage
    current?.addEventListener('wheel', onWheel, { passive: false })
    return () => current?.removeEventListener('wheel', onWheel)
  }, [onWheel])

  return (
    <div ref={stage} className={styles.stage} {...handlers}>
      <canvas ref={canvas} className={styles.canvas} aria-hidden="true" />
      {pictured === null ? null : (
        <>
          <PacketButtons indexes={indexes} info={info} pictured={pictured} label={figureLabel(text, pictured)} />
          <Hands indexes={indexes} snapshot={snapshot} pictured={pictured} packet={selected} />
          {indexes.packets.rows.count === 0 ? <p className={styles.empty}>{text.ladder.empty}</p> : null}
        </>
      )}
    </div>
  )
}

function figureLabel(text: ReturnType<typeof useText>, { picture, scale, shift }: Pictured): string {
  const from = clockText(Math.max(0, scale.time(shift)))
  const to = clockText(Math.max(0, scale.time(shift + Math.min(picture.height, picture.nowY) - picture.top)))
  return text.ladder.figure(from, to, picture.lines.length)
}

/** What a point means: the packet under it, else what the hosts did there, else nothing. */
function meant(pictured: Pictured | null, x: number, y: number): Selection | null {
  if (pictured === null) return null
  const packet = packetAt(pictured.picture, x, y)
  if (packet >= 0) return { kind: 'packet', packet }
  const event = noteAt(pictured.picture, x, y)
  return event >= 0 ? { kind: 'event', event } : null
}

/** The packet that is selected, or that the selected event is about; -1 for none. */
function selectedPacket(selection: Selection | null, indexes: Indexes): number {
  if (selection?.kind === 'packet') return selection.packet
  if (selection?.kind !== 'event') return -1
  const { rows } = indexes.packets
  for (let p = rows.count - 1; p >= 0 && rows.sentEvent[p] >= selection.event; p--) {
    if (rows.sentEvent[p] === selection.event) return p
  }
  return -1
}

/** A pause does not need its microseconds. */
function roughly(micros: number): number {
  if (micros < 1_000_000) return Math.round(micros / 100) * 100
  return micros < 60_000_000 ? Math.round(micros / 10_000) * 10_000 : Math.round(micros / 1_000_000) * 1_000_000
}
