/**
 * Everything that happened, one sentence an event. Only the rows in view exist. The list follows the present unless a person scrolls
 * away; what lies after the present is dimmed. Groups and hosts filter.
 */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { useStore } from '../../store'
import type { Snapshot } from '../../trace'
import { createEventRows, EVENT_GROUPS, foldEventRows, upperBound } from '../../viz'
import type { EventGroup, EventRows } from '../../viz'
import { useIndexes, useTeller } from '../heroes'
import type { Indexes } from '../heroes'
import { useText } from '../text'
import { EventRow } from './EventRow'
import styles from './events.module.css'

export function EventList() {
  const text = useText()
  const indexes = useIndexes()
  const snapshot = useStore((state) => state.snapshot)
  if (indexes === null || snapshot === null) return <section aria-label={text.eventList.title} />
  return <List indexes={indexes} snapshot={snapshot} />
}

export const ROW_HEIGHT = 24
/** Rows beyond the edges of what is seen. */
const SPARE = 6

function List({ indexes, snapshot }: { readonly indexes: Indexes; readonly snapshot: Snapshot }) {
  const text = useText()
  const teller = useTeller(indexes)
  const [groups, setGroups] = useState<ReadonlySet<EventGroup>>(new Set())
  const [host, setHost] = useState(-1)
  const { trace } = indexes
  const list = useMemo(() => createEventRows(trace, groups, host), [trace, groups, host])
  foldEventRows(list)
  const now = upperBound(list.rows, list.count, snapshot.position.event - 1)
  const { box, top, height, onScroll, show } = useScroll(list, now)
  const selection = useStore((state) => state.selection)
  const select = useStore((state) => state.select)
  const selected = selection?.kind === 'event' ? selection.event : -1
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - SPARE)
  const last = Math.min(list.count, Math.ceil((top + height) / ROW_HEIGHT) + SPARE)
  const go = (row: number): void => {
    if (row < 0 || row >= list.count) return
    select({ kind: 'event', event: list.rows[row] })
    show(row)
  }
  return (
    <section className={styles.panel} aria-label={text.eventList.title}>
      <Filters groups={groups} onGroups={setGroups} host={host} onHost={setHost} snapshot={snapshot}>
        {text.eventList.count(now, snapshot.position.event)}
      </Filters>
      <div
        ref={box}
        className={styles.scroll}
        role="listbox"
        aria-label={text.eventList.list}
        aria-activedescendant={selected >= 0 ? `event-${selected}` : undefined}
        tabIndex={0}
        onScroll={onScroll}
        onClick={(event) => {
          const row = (event.target as Element).closest<HTMLElement>('[data-row]')?.dataset['row']
          if (row !== undefined) go(Number(row))
        }}
        onKeyDown={(event) => {
          const at = selected < 0 ? now - 1 : upperBound(list.rows, list.count, selected) - 1
          pressed(event, at, list.count, Math.max(1, Math.floor(height / ROW_HEIGHT) - 1), go)
        }}
      >
        <div style={{ height: list.count * ROW_HEIGHT }} className={styles.tall}>
          {teller === null
            ? null
            : Array.from({ length: Math.max(0, last - first) }, (_, i) => {
                const row = first + i
                const event = list.rows[row]
                return (
                  <EventRow
                    key={event}
                    event={event}
                    row={row}
                    count={list.count}
                    trace={trace}
                    teller={teller}
                    later={row >= now}
                    selected={event === selected}
                  />
                )
              })}
        </div>
        {list.count === 0 ? <p className={styles.none}>{text.eventList.none}</p> : null}
      </div>
    </section>
  )
}

/** Where the list is scrolled to. It keeps the newest row at its foot until a person scrolls elsewhere. */
function useScroll(list: EventRows, now: number) {
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 0 })
  const following = useRef(true)
  const read = useCallback((): void => {
    const { current } = box
    if (current !== null) setView({ top: current.scrollTop, height: current.clientHeight })
  }, [])
  useEffect(() => {
    const { current } = box
    if (current === null) return undefined
    const watch = new ResizeObserver(read)
    watch.observe(current)
    return () => {
      watch.disconnect()
    }
  }, [read])
  useLayoutEffect(() => {
    const { current } = box
    if (current === null || !following.current || list.count === 0) return
    current.scrollTop = Math.max(0, now * ROW_HEIGHT - view.height)
  }, [now, list, view.height])
  return {
    box,
    ...view,
    onScroll: () => {
      const { current } = box
      if (current === null) return
      following.current = Math.abs(current.scrollTop + current.clientHeight - now * ROW_HEIGHT) < ROW_HEIGHT * 1.5
      read()
    },
    /** Brings a row into view. */
    show: (row: number) => {
      const { current } = box
      if (current === null) return
      const top = row * ROW_HEIGHT
      if (top < current.scrollTop) current.scrollTop = top
      else if (top + ROW_HEIGHT > current.scrollTop + current.clientHeight) {
        current.scrollTop = top + ROW_HEIGHT - current.clientHeight
      }
    },
  }
}

function pressed(
  event: KeyboardEvent<HTMLElement>,
  at: number,
  count: number,
  page: number,
  go: (row: number) => void,
): void {
  const to = {
    ArrowUp: at - 1,
    ArrowDown: at + 1,
    PageUp: Math.max(0, at - page),
    PageDown: Math.min(count - 1, at + page),
    Home: 0,
    End: count - 1,
  }[event.key]
  if (to === undefined) return
  event.preventDefault()
  event.stopPropagation()
  go(to)
}

interface FiltersProps {
  readonly groups: ReadonlySet<EventGroup>
  readonly onGroups: (groups: ReadonlySet<EventGroup>) => void
  readonly host: number
  readonly onHost: (host: number) => void
  readonly snapshot: Snapshot
  readonly children: string
}

function Filters({ groups, onGroups, host, onHost, snapshot, children }: FiltersProps) {
  const text = useText()
  return (
    <div className={styles.filters} role="group" aria-label={text.eventList.filter}>
      {EVENT_GROUPS.map((group) => (
        <button
          key={group}
          type="button"
          aria-pressed={groups.has(group)}
          onClick={() => {
            const next = new Set(groups)
            if (!next.delete(group)) next.add(group)
            onGroups(next)
          }}
        >
          {text.eventList.groups[group]}
        </button>
      ))}
      <label>
        <span className={styles.hidden}>{text.eventList.host}</span>
        <select
          value={host}
          onChange={(event) => {
            onHost(Number(event.target.value))
          }}
        >
          <option value={-1}>{text.eventList.bothHosts}</option>
          {snapshot.hosts.map(({ index, name }) => (
            <option key={index} value={index}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <span className={styles.count}>{children}</span>
    </div>
  )
}
