/** The bar: what is open, which branch, one line to try; sharing, saving, help, layout and theme. */
import { Fragment } from 'react'
import { useStore } from '../../store'
import type { Preset, Theme } from '../../store'
import { menuStyles, Popover } from '../menu'
import { ExportMenu, Share } from '../share'
import { useText } from '../text'
import { nextTheme } from '../theme'
import { BranchMenu } from './BranchMenu'
import { Caret } from './Caret'
import { LinkMenu } from './LinkMenu'
import { ScenarioPicker } from './ScenarioPicker'
import type { ArrangementProps } from './session-door'
import styles from './bar.module.css'

export const PRESETS: readonly Preset[] = ['states', 'queues', 'congestion', 'everything']

export function TopBar({ door, onHelp, onPalette }: ArrangementProps) {
  const text = useText()
  const title = useStore((state) => state.info?.title ?? '')
  return (
    <header className={styles.bar}>
      <h1>{text.app.name}</h1>
      <ScenarioPicker
        door={door}
        className={styles.pick}
        button={
          <>
            <span>{text.bar.scenario}</span> <b>{title}</b> <Caret />
          </>
        }
      />
      <BranchMenu className={styles.pick} />
      <Hint />
      <nav aria-label={text.bar.menu}>
        <LinkMenu />
        <LayoutMenu />
        <Share />
        <ExportMenu
          button={
            <>
              {text.bar.export} <Caret />
            </>
          }
        />
        <button type="button" aria-label={text.palette.title} title={text.palette.open} onClick={onPalette}>
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
            <circle cx="5.8" cy="5.8" r="4.3" fill="none" stroke="currentColor" strokeWidth="1.3" />
            <path d="M9 9L13 13" stroke="currentColor" strokeWidth="1.3" />
          </svg>
        </button>
        <button type="button" aria-label={text.bar.help} title={text.bar.help} onClick={onHelp}>
          ?
        </button>
        <ThemeButton />
      </nav>
    </header>
  )
}

/** Words between backticks are set as code. */
function Hint() {
  const hint = useStore((state) => state.info?.hint ?? '')
  if (hint === '') return <p className={styles.hint} />
  return (
    <p className={styles.hint} title={hint.replaceAll('`', '')}>
      {hint.split('`').map((part, i) => (
        // The parts of one hint never move.
        <Fragment key={`${i}${part}`}>{i % 2 === 1 ? <code>{part}</code> : part}</Fragment>
      ))}
    </p>
  )
}

function LayoutMenu() {
  const text = useText()
  const preset = useStore((state) => state.layout.preset)
  const setLayout = useStore((state) => state.setLayout)
  return (
    <Popover
      kind="menu"
      name={text.presets.title}
      button={
        <>
          {text.bar.layout} <Caret />
        </>
      }
    >
      {(close) =>
        PRESETS.map((name, i) => (
          <button
            key={name}
            type="button"
            className={menuStyles.item}
            aria-current={name === preset}
            onClick={() => {
              close()
              setLayout({ preset: name })
            }}
          >
            <span className={styles.keyed}>
              {text.presets[name]} <kbd>{i + 1}</kbd>
            </span>
          </button>
        ))
      }
    </Popover>
  )
}

export function ThemeButton() {
  const text = useText()
  const theme = useStore((state) => state.theme)
  const setTheme = useStore((state) => state.setTheme)
  const next: Theme = nextTheme(theme)
  return (
    <button
      type="button"
      aria-label={`${text.bar.theme}: ${text.themes[next]}`}
      title={text.themes[next]}
      onClick={() => setTheme(next)}
    >
      <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
        <circle cx="7" cy="7" r="5.5" fill="none" stroke="currentColor" strokeWidth="1.2" />
        <path d="M7 1.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
      </svg>
    </button>
  )
}
