/** The tabs below the transport. What is heavy is fetched when its tab is first shown. */
import { lazy, Suspense, useRef } from 'react'
import type { ReactNode } from 'react'
import { useStore } from '../../store'
import type { Tab } from '../../store'
import { useText } from '../text'
import { Why } from '../why'
import { Boundary } from './Boundary'
import { AllHosts } from './Hosts'
import styles from './shell.module.css'

const Congestion = lazy(async () => ({ default: (await import('../graphs')).Congestion }))
const Sequence = lazy(async () => ({ default: (await import('../graphs')).Sequence }))
const RoundTrips = lazy(async () => ({ default: (await import('../graphs')).RoundTrips }))
const Throughput = lazy(async () => ({ default: (await import('../graphs')).Throughput }))
const Numbers = lazy(async () => ({ default: (await import('../numbers')).Numbers }))
const Tools = lazy(async () => ({ default: (await import('../tools')).Tools }))
const Firewall = lazy(async () => ({ default: (await import('../firewall')).Firewall }))
const ProgramsPanel = lazy(async () => ({ default: (await import('../programs')).ProgramsPanel }))
const EventList = lazy(async () => ({ default: (await import('../events')).EventList }))
const Inspector = lazy(async () => ({ default: (await import('../inspector')).Inspector }))

interface DetailsProps {
  readonly tabs: readonly Tab[]
  /** Which of the remembered tabs this is. */
  readonly kept: 'tab' | 'tabletTab'
}

export function Details({ tabs, kept }: DetailsProps) {
  const text = useText()
  const wanted = useStore((state) => state.layout[kept])
  const setLayout = useStore((state) => state.setLayout)
  const tab = tabs.includes(wanted) ? wanted : tabs[0]
  return (
    <section className={styles.details} aria-label={text.tabs.list}>
      <TabList
        name={text.tabs.list}
        tabs={tabs.map((id) => ({ id, label: text.tabs[id] }))}
        chosen={tab}
        panel="details-panel"
        onChoose={(id) => setLayout({ [kept]: id })}
      />
      <div className={styles.tabPanel} id="details-panel" role="tabpanel" aria-label={text.tabs[tab]} tabIndex={-1}>
        <TabContent tab={tab} />
      </div>
    </section>
  )
}

export function TabContent({ tab, compact = false }: { readonly tab: Tab; readonly compact?: boolean }): ReactNode {
  const text = useText().tabs
  return (
    <Boundary key={tab}>
      <Suspense fallback={<p className={styles.loading}>{text.loading}</p>}>
        {tab === 'congestion' ? <Congestion compact={compact} /> : null}
        {tab === 'sequence' ? <Sequence compact={compact} /> : null}
        {tab === 'rtt' ? <RoundTrips compact={compact} /> : null}
        {tab === 'throughput' ? <Throughput compact={compact} /> : null}
        {tab === 'numbers' ? <Numbers /> : null}
        {tab === 'tools' ? <Tools /> : null}
        {tab === 'firewall' ? <Firewall /> : null}
        {tab === 'programs' ? <ProgramsPanel /> : null}
        {tab === 'events' ? <EventList /> : null}
        {tab === 'packet' ? <Inspector /> : null}
        {tab === 'hosts' ? <AllHosts /> : null}
        {tab === 'why' ? <Why /> : null}
      </Suspense>
    </Boundary>
  )
}

interface TabListProps<T extends string> {
  readonly name: string
  readonly tabs: readonly { readonly id: T; readonly label: string }[]
  readonly chosen: T
  readonly panel: string
  readonly className?: string
  readonly onChoose: (id: T) => void
}

/** Tabs as ARIA has them: one stop for the Tab key, arrows within. */
export function TabList<T extends string>({ name, tabs, chosen, panel, className, onChoose }: TabListProps<T>) {
  const list = useRef<HTMLDivElement>(null)
  const walk = (event: React.KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    const at = tabs.findIndex(({ id }) => id === chosen)
    const next = (at + step + tabs.length) % tabs.length
    onChoose(tabs[next].id)
    list.current?.querySelectorAll('button')[next]?.focus()
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div ref={list} role="tablist" aria-label={name} className={className ?? styles.tabList}>
      {tabs.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          role="tab"
          aria-selected={id === chosen}
          aria-controls={panel}
          tabIndex={id === chosen ? 0 : -1}
          onClick={() => onChoose(id)}
          onKeyDown={walk}
        >
          {label}
        </button>
      ))}
    </div>
  )
}
