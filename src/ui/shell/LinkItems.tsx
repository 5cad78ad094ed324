/** The links between the hosts: pull a cable, change rate, delay, loss, jitter and queue, one way or both. */
import { useState } from 'react'
import { useStore } from '../../store'
import { linkSettingsError } from '../../trace'
import type { LinkSettings, LinkView } from '../../trace'
import { act } from '../host'
import { menuStyles } from '../menu'
import { useText } from '../text'

export function LinkItems() {
  const links = useStore((state) => state.snapshot?.links)
  return links?.map((link) => <LinkItem key={link.index} link={link} />)
}

type Direction = 'both' | 'aToB' | 'bToA'
const DIRECTIONS: readonly Direction[] = ['both', 'aToB', 'bToA']

/** The settings that the form edits, in the units that people say. */
interface FormValues {
  readonly rate: number
  readonly delay: number
  readonly jitter: number
  readonly loss: number
  readonly queue: number
  readonly mark: number
}
const FIELDS = ['rate', 'delay', 'jitter', 'loss', 'queue', 'mark'] as const

function valuesOf(settings: LinkSettings): FormValues {
  return {
    rate: settings.rateBitsPerSecond / 1e6,
    delay: settings.delayMicros / 1_000,
    jitter: settings.jitterMicros / 1_000,
    loss: Number((settings.loss * 100).toFixed(4)),
    queue: settings.queuePackets,
    mark: settings.markPackets ?? 0,
  }
}

function settingsOf({ rate, delay, jitter, loss, queue, mark }: FormValues): Partial<LinkSettings> {
  return {
    rateBitsPerSecond: rate * 1e6,
    delayMicros: Math.round(delay * 1_000),
    jitterMicros: Math.round(jitter * 1_000),
    loss: loss / 100,
    queuePackets: Math.round(queue),
    markPackets: Math.round(mark),
  }
}

function LinkItem({ link }: { readonly link: LinkView }) {
  const text = useText().links
  const hosts = useStore((state) => state.snapshot?.hosts) ?? []
  const tell = useStore((state) => state.tell)
  const [direction, setDirection] = useState<Direction>('both')
  const [edited, setEdited] = useState<Partial<FormValues>>({})
  const a = hosts[link.a]?.name ?? ''
  const b = hosts[link.b]?.name ?? ''
  const values = { ...valuesOf(direction === 'bToA' ? link.bToA : link.aToB), ...edited }
  const names = { both: text.both, aToB: text.to(a, b), bToA: text.to(b, a) }
  const apply = (): void => {
    const settings = settingsOf(values)
    const problem = linkSettingsError(settings)
    if (problem === undefined) void act({ kind: 'link', link: link.index, direction, settings })
    else tell(problem, 'failure')
    setEdited({})
  }
  return (
    <>
      <p className={menuStyles.note}>
        {text.between(a, b)}
        {link.connected ? '' : `, ${text.unplugged}`}
      </p>
      <button
        type="button"
        className={menuStyles.item}
        onClick={() => void act({ kind: 'plug', link: link.index, connected: !link.connected })}
      >
        {link.connected ? text.unplug : text.plug}
      </button>
      <form
        className={menuStyles.form}
        onSubmit={(event) => {
          event.preventDefault()
          apply()
        }}
      >
        <label>
          <span>{text.direction}</span>
          <select
            value={direction}
            onChange={(event) => {
              setDirection(DIRECTIONS[event.target.selectedIndex])
              setEdited({})
            }}
          >
            {DIRECTIONS.map((name) => (
              <option key={name} value={name}>
                {names[name]}
              </option>
            ))}
          </select>
        </label>
        {FIELDS.map((field) => (
          <label key={field}>
            <span>{text[field]}</span>
            <input
              type="number"
              min="0"
              step="any"
              required
              value={Number.isNaN(values[field]) ? '' : values[field]}
              onChange={(event) => setEdited({ ...edited, [field]: event.target.valueAsNumber })}
            />
          </label>
        ))}
        <button type="submit">{text.apply}</button>
      </form>
    </>
  )
}
