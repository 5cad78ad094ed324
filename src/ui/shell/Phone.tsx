/** The phone: one hero at a time under tabs, the transport at the thumb. */
import { useState } from 'react'
import { useStore } from '../../store'
import type { PhoneTab } from '../../store'
import { StateDiagram } from '../diagram'
import { Ladder } from '../ladder'
import { menuStyles, Popover } from '../menu'
import { ExportItems, Share } from '../share'
import { useText } from '../text'
import { nextTheme } from '../theme'
import { PhoneTransport } from '../transport'
import { Why } from '../why'
import styles from './bar.module.css'
import { BranchItems } from './BranchMenu'
import { Caret } from './Caret'
import { TabContent, TabList } from './Details'
import { AllHosts } from './Hosts'
import { LinkItems } from './LinkItems'
import { PhonePeek } from './PhonePeek'
import { ScenarioPicker } from './ScenarioPicker'
import type { ArrangementProps } from './session-door'
import shell from './shell.module.css'

const TABS: readonly PhoneTab[] = ['wire', 'states', 'hosts', 'graphs', 'tools', 'firewall', 'why']

export function Phone(props: ArrangementProps) {
  const text = useText()
  const tab = useStore((state) => state.layout.phoneTab)
  const setLayout = useStore((state) => state.setLayout)
  return (
    <div className={shell.phone}>
      <PhoneBar {...props} />
      <main className={shell.phoneMain}>
        <TabList
          name={text.tabs.phone}
          tabs={TABS.map((id) => ({ id, label: shortLabel(text.tabs, id) }))}
          chosen={tab}
          panel="phone-panel"
          className={shell.phoneTabs}
          onChoose={(phoneTab) => setLayout({ phoneTab })}
        />
        <div className={shell.hero} id="phone-panel" role="tabpanel" aria-label={text.tabs[tab]} tabIndex={-1}>
          <Hero tab={tab} />
        </div>
        {tab === 'why' ? null : <PhonePeek />}
      </main>
      <PhoneTransport />
    </div>
  )
}

/** Tabs of the desk that a phone has room for under a shorter name. */
function shortLabel(tabs: ReturnType<typeof useText>['tabs'], id: PhoneTab): string {
  if (id === 'tools') return tabs.toolsShort
  return id === 'firewall' ? tabs.firewallShort : tabs[id]
}

function Hero({ tab }: { readonly tab: PhoneTab }) {
  switch (tab) {
    case 'wire':
      return <Ladder />
    case 'states':
      return <StateDiagram />
    case 'hosts':
      return (
        <div className={shell.phoneHosts}>
          <AllHosts />
          <TabContent tab="programs" />
        </div>
      )
    case 'graphs':
      return <Graphs />
    case 'tools':
      return <TabContent tab="tools" />
    case 'firewall':
      return <TabContent tab="firewall" />
    case 'why':
      return (
        <div className={shell.phoneWhy}>
          <Why />
          <TabContent tab="packet" />
        </div>
      )
  }
}

const GRAPHS = ['congestion', 'sequence', 'rtt', 'throughput'] as const

/** One graph at a time, chosen by name. */
function Graphs() {
  const text = useText()
  const [graph, setGraph] = useState<(typeof GRAPHS)[number]>('congestion')
  return (
    <div className={shell.phoneGraphs}>
      <select
        aria-label={text.tabs.graphs}
        value={graph}
        onChange={(event) => setGraph(event.target.value as typeof graph)}
      >
        {GRAPHS.map((id) => (
          <option key={id} value={id}>
            {text.tabs[id]}
          </option>
        ))}
      </select>
      <TabContent tab={graph} compact />
    </div>
  )
}

function PhoneBar({ door, onHelp, onPalette }: ArrangementProps) {
  const text = useText()
  const title = useStore((state) => state.info?.title ?? '')
  const theme = useStore((state) => state.theme)
  const setTheme = useStore((state) => state.setTheme)
  return (
    <header className={styles.phoneBar}>
      <h1 className={shell.hidden}>{text.app.name}</h1>
      <ScenarioPicker
        door={door}
        className={styles.phonePick}
        button={
          <>
            <span>{text.app.name}</span>
            {title} <Caret />
          </>
        }
      />
      <Share className={styles.icon} />
      <Popover
        kind="menu"
        name={text.bar.menu}
        label={text.bar.menu}
        className={styles.icon}
        wide
        button={
          <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
            <path d="M3 5.5H19M3 11H19M3 16.5H19" />
          </svg>
        }
      >
        {(close) => (
          <>
            <button
              type="button"
              className={menuStyles.item}
              onClick={() => {
                close()
                onHelp()
              }}
            >
              {text.bar.help}
            </button>
            <button
              type="button"
              className={menuStyles.item}
              onClick={() => {
                close()
                onPalette()
              }}
            >
              {text.palette.title}
            </button>
            <button type="button" className={menuStyles.item} onClick={() => setTheme(nextTheme(theme))}>
              {text.themes[nextTheme(theme)]}
            </button>
            <ExportItems onDone={close} />
            <div className={menuStyles.rule} />
            <p className={menuStyles.note}>{text.branches.title}</p>
            <BranchItems onDone={close} />
            <div className={menuStyles.rule} />
            <LinkItems />
          </>
        )}
      </Popover>
    </header>
  )
}
