/** The ladder's picture for the present moment, view and size. */
import { useMemo, useRef } from 'react'
import { NEVER } from '../../base'
import type { SessionInfo, Snapshot } from '../../trace'
import { createTimeScale, layLadder, scaleGaps } from '../../viz'
import type { LadderPicture, ScaledGaps, TimeScale } from '../../viz'
import type { Size } from '../canvas'
import { flightMicros } from '../heroes'
import type { Indexes } from '../heroes'
import { pixelsPerMicro, shiftOf } from './view'
import type { View } from './view'

export interface Pictured {
  readonly picture: LadderPicture
  readonly scale: TimeScale
  readonly shift: number
  /** Where the top of the picture would be while following the present. */
  readonly followShift: number
}

const FOLLOWING: View = { zoom: 1, anchor: null }

export function usePicture(
  indexes: Indexes,
  snapshot: Snapshot,
  info: SessionInfo,
  size: Size,
  view: View,
  selectedPacket: number,
): Pictured | null {
  const scaled = useRef<ScaledGaps | null>(null)
  const { packets: index, trace } = indexes
  return useMemo(() => {
    const { width, height } = size
    if (width < 40 || height < 80) return null
    const { position, links, inFlight } = snapshot
    const top = info.hosts.length > 2 || width < 430 ? 52 : 40
    scaled.current = scaleGaps(scaled.current, index.gaps, pixelsPerMicro(view, flightMicros(links)))
    const quietSince = index.underWay === 0 ? index.busyAt : NEVER
    const scale = createTimeScale(scaled.current, position.at, quietSince)
    const shift = shiftOf(view, scale, position.at, height, top)
    const picture = layLadder({
      index,
      trace,
      moment: position,
      scale,
      hosts: info.hosts,
      links,
      inFlight,
      width,
      height,
      top,
      shift,
      selectedPacket,
    })
    return { picture, scale, shift, followShift: shiftOf(FOLLOWING, scale, position.at, height, top) }
    // The indexes are a new record whenever the trace that they fold has grown.
    // eslint-disable-next-line react/exhaustive-deps
  }, [indexes, snapshot, info, size, view, selectedPacket])
}
