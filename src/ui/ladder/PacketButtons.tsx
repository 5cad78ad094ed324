/**
 * A button for each packet in view: on its bar while it is under way, near its sender when it has ended. One of them is in the tab
 * order; arrow keys go to the others. Dragging a bar down its line delays the packet.
 */
import { useRef } from 'react'
import type { KeyboardEvent } from 'react'
import { useStore } from '../../store'
import type { SessionInfo } from '../../trace'
import type { Bar, PacketLine } from '../../viz'
import type { Indexes } from '../heroes'
import { useText } from '../text'
import { packetLabel } from './describe'
import { DragToDelay } from './DragToDelay'
import styles from './ladder.module.css'
import type { Pictured } from './usePicture'

export interface PacketButtonsProps {
  readonly indexes: Indexes
  readonly info: SessionInfo
  readonly pictured: Pictured
  readonly label: string
}

/** More buttons than this are a crowd that nobody walks through. */
const MOST_BUTTONS = 120

export function PacketButtons({ indexes, info, pictured, label }: PacketButtonsProps) {
  const text = useText()
  const group = useRef<HTMLDivElement>(null)
  const select = useStore((state) => state.select)
  const { picture } = pictured
  const bars = new Map(picture.bars.map((bar) => [bar.packet, bar]))
  const lines = picture.density >= 2 ? picture.lines.filter((line) => bars.has(line.packet)) : picture.lines
  const shown = lines.slice(-MOST_BUTTONS)
  const stop = (shown.find((line) => line.selected) ?? shown.at(-1))?.packet
  return (
    <div
      ref={group}
      role="group"
      aria-label={label}
      className={styles.packets}
      onKeyDown={(event) => {
        walk(event, group.current)
      }}
    >
      {shown.map((line) => {
        const bar = bars.get(line.packet)
        const props = {
          label: packetLabel(text, indexes.packets, info.hosts, line),
          tabIndex: line.packet === stop ? 0 : -1,
          selected: line.selected,
          onSelect: () => {
            select({ kind: 'packet', packet: line.packet })
          },
        }
        return bar === undefined ? (
          <EndedPacket key={line.packet} line={line} top={picture.top} height={picture.height} {...props} />
        ) : (
          <UnderWay key={line.packet} bar={bar} pictured={pictured} {...props} />
        )
      })}
    </div>
  )
}

interface ButtonProps {
  readonly label: string
  readonly tabIndex: number
  readonly selected: boolean
  readonly onSelect: () => void
}

/** Where the button of a packet that has ended stands: a quarter of the way, where lines are still apart. */
function EndedPacket({
  line,
  top,
  height,
  ...button
}: ButtonProps & { readonly line: PacketLine; readonly top: number; readonly height: number }) {
  const { points } = line
  const n = points.length
  const x = points[0] + (points[n - 2] - points[0]) * 0.25
  const y = points[1] + (points[n - 1] - points[1]) * 0.25
  if (y < top || y > height - 8) return null
  return (
    <button
      type="button"
      data-packet={line.packet}
      className={styles.ended}
      style={{ left: x, top: y }}
      aria-label={button.label}
      aria-pressed={button.selected}
      tabIndex={button.tabIndex}
      onClick={button.onSelect}
    />
  )
}

function UnderWay({ bar, pictured, ...button }: ButtonProps & { readonly bar: Bar; readonly pictured: Pictured }) {
  const text = useText()
  if (bar.y < pictured.picture.top - 12 || bar.y > pictured.picture.height + 12) return null
  return (
    <DragToDelay bar={bar} pictured={pictured}>
      {(drag) => (
        <button
          type="button"
          data-packet={bar.packet}
          className={styles.underWay}
          style={{ left: bar.x, top: bar.y }}
          aria-label={button.label}
          aria-pressed={button.selected}
          tabIndex={button.tabIndex}
          onClick={button.onSelect}
          title={text.ladder.actions}
          {...drag}
        />
      )}
    </DragToDelay>
  )
}

/** Up and down go to the packet before and after; Home and End to the first and last. */
function walk(event: KeyboardEvent<HTMLDivElement>, group: HTMLDivElement | null): void {
  const buttons = [...(group?.querySelectorAll<HTMLButtonElement>('button[data-packet]') ?? [])]
  const at = buttons.findIndex((button) => button === document.activeElement)
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: buttons.length - 1 }[event.key]
  if (to === undefined || at < 0) return
  event.preventDefault()
  event.stopPropagation()
  buttons[Math.max(0, Math.min(buttons.length - 1, to))]?.focus()
}
