/**
 * A button for each packet in view: on its bar while it is under way, near its sender when it has ended. One of them is in the tab
 * order; arrow keys go to the others. Dragging a bar down its line delays the packet.
 *
 * Those that have ended stand still on the scale of time and are moved all together, so that a playing ladder changes one style a frame.
 */
import { memo, useRef } from 'react'
import type { KeyboardEvent } from 'react'
import { formatDuration } from '../../base'
import { useStore } from '../../store'
import type { SessionInfo, Trace } from '../../trace'
import type { Bar, PacketIndex, PacketLine } from '../../viz'
import type { Indexes } from '../heroes'
import { useText } from '../text'
import { packetLabel } from './describe'
import styles from './ladder.module.css'
import { useDragToDelay } from './useDragToDelay'
import type { Pictured } from './usePicture'

export interface PacketButtonsProps {
  readonly indexes: Indexes
  readonly info: SessionInfo
  readonly pictured: Pictured
  readonly label: string
}

/** More buttons than this are a crowd that nobody walks through. */
const MOST_BUTTONS = 120
/** Buttons are placed from the nearest multiple of this many pixels, because a page can be only so tall. */
const SHEET = 100_000

export function PacketButtons({ indexes, info, pictured, label }: PacketButtonsProps) {
  const group = useRef<HTMLDivElement>(null)
  const { picture } = pictured
  const { packets: index, trace } = indexes
  const bars = new Map(picture.bars.map((bar) => [bar.packet, bar]))
  const lines = picture.density >= 2 ? picture.lines.filter((line) => bars.has(line.packet)) : picture.lines
  const shown = lines.slice(-MOST_BUTTONS)
  const stop = (shown.find((line) => line.selected) ?? shown.at(-1))?.packet
  const sheet = Math.floor(picture.shift / SHEET) * SHEET
  return (
    <div
      ref={group}
      role="toolbar"
      tabIndex={-1}
      aria-orientation="vertical"
      aria-label={label}
      className={styles.packets}
      onKeyDown={(event) => {
        walk(event, group.current)
      }}
    >
      <div className={styles.sheet} style={{ transform: `translateY(${sheet - picture.shift}px)` }}>
        {shown.map((line) => {
          if (bars.has(line.packet)) return null
          const [x, y] = quarterWay(line)
          if (y < picture.top || y > picture.height - 8) return null
          return (
            <EndedPacket
              key={line.packet}
              index={index}
              trace={trace}
              hosts={info.hosts}
              packet={line.packet}
              fate={line.fate}
              x={Math.round(x)}
              y={Math.round(y + picture.shift - sheet)}
              selected={line.selected}
              inTabOrder={line.packet === stop}
            />
          )
        })}
      </div>
      {shown.map((line) => {
        const bar = bars.get(line.packet)
        if (bar === undefined || bar.y < picture.top - 12 || bar.y > picture.height + 12) return null
        return (
          <UnderWay
            key={line.packet}
            bar={bar}
            pictured={pictured}
            label={{ index, trace, hosts: info.hosts, line }}
            inTabOrder={line.packet === stop}
          />
        )
      })}
    </div>
  )
}

/** Where the button of a packet that has ended stands: a quarter of the way, where lines are still apart. */
function quarterWay({ points }: PacketLine): [number, number] {
  const n = points.length
  return [points[0] + (points[n - 2] - points[0]) * 0.25, points[1] + (points[n - 1] - points[1]) * 0.25]
}

interface EndedProps {
  readonly index: PacketIndex
  readonly trace: Trace
  readonly hosts: SessionInfo['hosts']
  readonly packet: number
  readonly fate: PacketLine['fate']
  readonly x: number
  readonly y: number
  readonly selected: boolean
  readonly inTabOrder: boolean
}

const EndedPacket = memo(function EndedPacket({
  index,
  trace,
  hosts,
  packet,
  fate,
  x,
  y,
  selected,
  inTabOrder,
}: EndedProps) {
  const text = useText()
  const select = useStore((state) => state.select)
  return (
    <button
      type="button"
      data-packet={packet}
      className={styles.ended}
      style={{ left: x, top: y }}
      aria-label={packetLabel(text, index, trace, hosts, { packet, fate, held: false, queued: false })}
      aria-pressed={selected}
      tabIndex={inTabOrder ? 0 : -1}
      onClick={() => {
        select({ kind: 'packet', packet })
      }}
    />
  )
})

interface UnderWayProps {
  readonly bar: Bar
  readonly pictured: Pictured
  readonly label: {
    readonly index: PacketIndex
    readonly trace: Trace
    readonly hosts: SessionInfo['hosts']
    readonly line: PacketLine
  }
  readonly inTabOrder: boolean
}

function UnderWay({ bar, pictured, label, inTabOrder }: UnderWayProps) {
  const text = useText()
  const select = useStore((state) => state.select)
  const { down, micros, handlers } = useDragToDelay(bar.packet, pictured.scale.pixelsPerMicro)
  return (
    <>
      {down > 0 ? (
        <output className={styles.dragged} style={{ left: bar.x, top: bar.y, height: down }}>
          <span>{text.ladder.delayBy(formatDuration(micros))}</span>
        </output>
      ) : null}
      <button
        type="button"
        data-packet={bar.packet}
        className={styles.underWay}
        style={{ transform: `translate(${bar.x}px, ${bar.y}px) translate(-50%, -50%)` }}
        aria-label={packetLabel(text, label.index, label.trace, label.hosts, label.line)}
        aria-pressed={bar.selected}
        tabIndex={inTabOrder ? 0 : -1}
        onClick={() => {
          select({ kind: 'packet', packet: bar.packet })
        }}
        title={text.ladder.actions}
        {...handlers}
      />
    </>
  )
}

/** Up and down go to the packet before and after; Home and End to the first and last. */
function walk(event: KeyboardEvent<HTMLDivElement>, group: HTMLDivElement | null): void {
  const buttons = [...(group?.querySelectorAll<HTMLButtonElement>('button[data-packet]') ?? [])].toSorted(
    (a, b) => Number(a.dataset['packet']) - Number(b.dataset['packet']),
  )
  const at = buttons.findIndex((button) => button === document.activeElement)
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: buttons.length - 1 }[event.key]
  if (to === undefined || at < 0) return
  event.preventDefault()
  event.stopPropagation()
  buttons[Math.max(0, Math.min(buttons.length - 1, to))]?.focus()
}
