/** Why one event happened. */
import { useMemo, useState } from 'react'
import { formatDuration } from '../../base'
import { useClient, useStore } from '../../store'
import { RULES } from '../../trace'
import type { RuleName, TraceEvent } from '../../trace'
import { chainOf, packetOf } from '../../viz'
import type { Teller } from '../../viz'
import { answerSentence, eventAt } from '../heroes'
import type { Indexes } from '../heroes'
import { useText } from '../text'
import type { Catalogue } from '../text'
import { Chain } from './Chain'
import { eventFields } from './fields'
import { Frame } from './Frame'
import { Sign } from './Sign'
import styles from './why.module.css'

export interface EventWhyProps {
  readonly indexes: Indexes
  readonly teller: Teller
  readonly event: number
  readonly chosen: boolean
}

const SHORT_CHAIN = 6
const WHOLE_CHAIN = 400

export function EventWhy({ indexes, teller, event, chosen }: EventWhyProps) {
  const text = useText()
  const [whole, setWhole] = useState(false)
  const client = useClient()
  const elsewhere = useStore((state) => chosen && state.snapshot?.position.at !== indexes.trace.events.at[event])
  const { trace, packets } = indexes
  const fact = eventAt(trace, event)
  const steps = useMemo(
    () => chainOf(trace, packets, event, whole ? WHOLE_CHAIN : SHORT_CHAIN),
    [trace, packets, event, whole],
  )
  if (fact === undefined) return null
  const rule = RULES[fact.rule as RuleName]
  const packet = packetOf(trace, event)
  const { title, detail } = subjectWords(text, fact, teller, packet)
  const place = [chosen ? '' : text.why.newest, formatDuration(fact.at), placeOf(fact, teller)]
  return (
    <Frame
      sign={<Sign event={fact} indexes={indexes} packet={packet} role={teller.role(fact.host)} ringed={chosen} />}
      title={title}
      detail={detail}
      place={place.filter((part) => part !== '').join(', ')}
      answer={answerSentence(text, fact, teller)}
      passing={!chosen}
      onGo={
        elsewhere
          ? () => {
              void client.seek({ to: 'event', event })
            }
          : undefined
      }
    >
      {steps.length > 1 ? (
        <Chain
          steps={steps}
          event={event}
          indexes={indexes}
          teller={teller}
          onWhole={() => {
            setWhole(true)
          }}
        />
      ) : null}
      <dl className={styles.facts}>
        {rule === undefined || rule.rfc === 'none' ? null : <Fact name={text.why.rule}>{rule.rfc}</Fact>}
        {rule === undefined || rule.linux === 'none' ? null : (
          <Fact name={text.why.linux}>
            <code>{rule.linux.replaceAll(' > ', ' › ')}</code>
          </Fact>
        )}
        <Fact name={text.why.fields}>
          <code>{eventFields(indexes, fact, packet)}</code>
        </Fact>
      </dl>
    </Frame>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function placeOf(fact: TraceEvent, teller: Teller): string {
  return [teller.host(fact.host), teller.socket(fact.socket)].filter((part) => part !== '').join(' ')
}

const KINDS: Partial<Record<TraceEvent['type'], keyof Catalogue['why']['kinds']>> = {
  'tcp/segmentSent': 'segment',
  'tcp/segmentArrived': 'segment',
  'tcp/stateChanged': 'state',
  'link/packetLost': 'loss',
  'tcp/lossDetected': 'loss',
  'host/called': 'call',
  'host/returned': 'call',
  'host/blocked': 'call',
  'tcp/timerFired': 'timer',
  'tcp/waiting': 'wait',
  'tcp/segmentDropped': 'drop',
  'host/packetDropped': 'drop',
}

const AGAIN: ReadonlySet<string> = new Set(['fastRetransmit', 'timeoutRetransmit', 'tailLossProbe'])

/** What kind of thing it is, and which one: `Retransmission 11585:13033`. */
function subjectWords(
  text: Catalogue,
  fact: TraceEvent,
  teller: Teller,
  packet: number,
): { title: string; detail: string } {
  const kind = fact.type === 'tcp/segmentSent' && AGAIN.has(fact.purpose) ? 'again' : (KINDS[fact.type] ?? 'event')
  const title = text.why.kinds[kind]
  if (fact.type === 'tcp/stateChanged') return { title, detail: `${fact.from} → ${fact.to}` }
  if (packet < 0) return { title, detail: '' }
  const { control, seq, length, ack } = teller.packet(packet)
  const range = length > 0 ? `${seq}:${seq + length}` : ''
  return { title, detail: [control, range].filter((part) => part !== '').join(' ') || `ack ${ack}` }
}
