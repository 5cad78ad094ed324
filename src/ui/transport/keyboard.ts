/** The keyboard map of the whole page. Keys that a focused control needs for itself stay with it. */
import { useEffect } from 'react'
import { store } from '../../store'
import type { Preset } from '../../store'
import { nextTheme } from '../theme'
import { changePace, jump, stepBy, togglePlay } from './verbs'

const PRESETS: Readonly<Record<string, Preset>> = { 1: 'states', 2: 'queues', 3: 'congestion', 4: 'everything' }

/** What keys ask for that the page shows over itself. */
export interface Sheets {
  readonly showKeys: () => void
  readonly showPalette: () => void
}

export function useKeyboard({ showKeys, showPalette }: Sheets): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      // Found from everywhere, also out of a field.
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        showPalette()
        return
      }
      if (event.defaultPrevented || isTyping(event.target)) return
      if (event.key === ' ' && isPressable(event.target)) return
      if (runKey(event, showKeys)) event.preventDefault()
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [showKeys, showPalette])
}

/** Does what a key stands for; false where it stands for nothing. */
function runKey(event: KeyboardEvent, showKeys: () => void): boolean {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    if (metaKey) return false
    const unit = altKey || ctrlKey ? 'state' : shiftKey ? 'packet' : 'event'
    void stepBy(unit, key === 'ArrowRight' ? 1 : -1)
    return true
  }
  if (altKey || ctrlKey || metaKey) return false
  const state = store.getState()
  const preset = PRESETS[key]
  if (preset !== undefined) {
    state.setLayout({ preset })
    return true
  }
  switch (key) {
    case ' ':
      void togglePlay()
      return true
    case 'Home':
      void jump({ to: 'start' })
      return true
    case 'End':
      void jump({ to: 'end' })
      return true
    case '[':
      changePace(-1)
      return true
    case ']':
      changePace(1)
      return true
    case 't':
    case 'T':
      state.setTheme(nextTheme(state.theme))
      return true
    case '?':
      showKeys()
      return true
    case 'Escape':
      state.select(null)
      return true
    default:
      return false
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('dialog, [popover]') !== null) return true
  if (target instanceof HTMLInputElement) return target.type !== 'range' || target.dataset['ownKeys'] !== undefined
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
}

function isPressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a, summary, [role="button"], [role="tab"]') !== null
}
