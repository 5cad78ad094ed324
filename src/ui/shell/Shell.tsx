/** The whole page: chooses the arrangement for the window, and holds what every arrangement has: keys, messages, patterns. */
import { lazy, Suspense, useCallback, useEffect, useState } from 'react'
import { useStore } from '../../store'
import type { Tab } from '../../store'
import { StateDiagram } from '../diagram'
import { BufferPatterns } from '../host'
import { Ladder } from '../ladder'
import { useText } from '../text'
import { applyTheme } from '../theme'
import { PhoneTransport, Transport, useKeyboard } from '../transport'
import { Boundary } from './Boundary'
import { Details } from './Details'
import { Messages } from './Messages'
import { isEmbedded, useMode } from './mode'
import type { ArrangementProps, SessionDoor } from './session-door'
import styles from './shell.module.css'
import { TopBar } from './TopBar'

const KeySheet = lazy(async () => ({ default: (await import('./KeySheet')).KeySheet }))
const Palette = lazy(async () => ({ default: (await import('./PaletteDoor')).PaletteDoor }))
const Desk = lazy(async () => ({ default: (await import('./Desk')).Desk }))
const Phone = lazy(async () => ({ default: (await import('./Phone')).Phone }))

export function Shell({ door }: { readonly door: SessionDoor }) {
  const mode = useMode()
  const [keys, setKeys] = useState(false)
  const showKeys = useCallback(() => setKeys(true), [])
  const [palette, setPalette] = useState(false)
  const showPalette = useCallback(() => setPalette(true), [])
  const embedded = isEmbedded()
  useKeyboard({ showKeys, showPalette })
  useTheme()
  return (
    <>
      <BufferPatterns />
      <Boundary>
        {embedded ? <Embedded small={mode === 'phone'} /> : null}
        {!embedded && mode === 'phone' ? (
          <Suspense>
            <Phone door={door} onHelp={showKeys} onPalette={showPalette} />
          </Suspense>
        ) : null}
        {!embedded && mode === 'tablet' ? <Tablet door={door} onHelp={showKeys} onPalette={showPalette} /> : null}
        {!embedded && mode === 'desk' ? (
          <Suspense>
            <Desk door={door} onHelp={showKeys} onPalette={showPalette} />
          </Suspense>
        ) : null}
      </Boundary>
      {keys ? (
        <Suspense>
          <KeySheet onClose={() => setKeys(false)} />
        </Suspense>
      ) : null}
      {palette ? (
        <Suspense>
          <Palette door={door} showKeys={showKeys} onClose={() => setPalette(false)} />
        </Suspense>
      ) : null}
      <Messages />
    </>
  )
}

const TABLET_TABS: readonly Tab[] = [
  'hosts',
  'why',
  'programs',
  'congestion',
  'sequence',
  'rtt',
  'throughput',
  'numbers',
  'tools',
  'firewall',
  'events',
  'packet',
]

function Tablet(props: ArrangementProps) {
  return (
    <div className={styles.page}>
      <TopBar {...props} />
      <main className={styles.tablet}>
        <div className={styles.heroes}>
          <Ladder />
          <StateDiagram />
        </div>
        <Transport />
        <Details tabs={TABLET_TABS} kept="tabletTab" />
      </main>
    </div>
  )
}

function Embedded({ small }: { readonly small: boolean }) {
  const text = useText().app
  const title = useStore((state) => state.info?.title)
  return (
    <main className={styles.embedded}>
      <h1 className={styles.hidden}>{title ?? text.name}</h1>
      <div className={styles.heroes}>
        <Ladder />
        {small ? null : <StateDiagram />}
      </div>
      {small ? <PhoneTransport /> : <Transport />}
    </main>
  )
}

function useTheme(): void {
  const theme = useStore((state) => state.theme)
  useEffect(() => {
    applyTheme(theme)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const changed = (): void => applyTheme(theme)
    dark.addEventListener('change', changed)
    return () => dark.removeEventListener('change', changed)
  }, [theme])
}
