/**
 * A button with a native popover beside it: light dismiss, Escape and focus return are the browser's. It is placed under its button, and
 * kept inside the window. What is in it is only rendered while it is open.
 */
import { useEffect, useId, useRef, useState } from 'react'
import type { ReactNode, ToggleEvent } from 'react'
import styles from './menu.module.css'

export interface PopoverProps {
  /** What the button shows. */
  readonly button: ReactNode
  readonly label?: string
  readonly title?: string
  readonly className?: string
  /** 'menu' for a list of commands, 'dialog' for a form. */
  readonly kind: 'menu' | 'dialog'
  readonly name: string
  readonly wide?: boolean
  readonly onOpen?: () => void
  readonly children: (close: () => void) => ReactNode
}

const GAP = 4
const EDGE = 8

export function Popover({ button, label, title, className, kind, name, wide = false, onOpen, children }: PopoverProps) {
  const id = useId()
  const anchor = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const list = panel.current
    if (!open || list === null) return undefined
    let focused = false
    // What is inside may come later, when it has been fetched: then it is placed again, and gets the focus.
    const observer = new ResizeObserver(() => {
      place(anchor.current, list)
      const first = list.querySelector<HTMLElement>('input, select, button')
      if (!focused) first?.focus()
      focused ||= first !== null
    })
    observer.observe(list)
    if (kind === 'menu') list.addEventListener('keydown', walkMenu)
    return () => {
      observer.disconnect()
      list.removeEventListener('keydown', walkMenu)
      list.style.visibility = ''
    }
  }, [open, kind])
  const close = (): void => {
    document.getElementById(id)?.hidePopover()
  }
  const toggled = (event: ToggleEvent<HTMLDivElement>): void => {
    const opened = event.newState === 'open'
    setOpen(opened)
    if (opened) onOpen?.()
  }
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={className}
        popoverTarget={id}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={label}
        title={title}
      >
        {button}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={name}
        className={`${styles.popover} ${wide ? styles.wide : ''}`}
        onToggle={toggled}
      >
        {open ? children(close) : null}
      </div>
    </>
  )
}

/** Puts the panel under its button, or above it where there is more room. */
function place(anchor: HTMLElement | null, panel: HTMLElement | null): void {
  if (anchor === null || panel === null) return
  const from = anchor.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = panel
  const left = Math.max(EDGE, Math.min(from.left, window.innerWidth - width - EDGE))
  const below = from.bottom + GAP
  const fitsBelow = below + height <= window.innerHeight - EDGE
  const top = fitsBelow ? below : Math.max(EDGE, Math.min(from.top - GAP - height, window.innerHeight - height - EDGE))
  panel.style.left = `${left}px`
  panel.style.top = `${top}px`
  panel.style.visibility = 'visible'
}

/** Arrow keys walk the buttons of a menu. */
function walkMenu(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  if (!(event.currentTarget instanceof HTMLElement)) return
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('button:not(:disabled)')]
  const at = items.findIndex((item) => item === document.activeElement)
  const next = at + (event.key === 'ArrowDown' ? 1 : -1)
  items[(next + items.length) % items.length]?.focus()
  event.preventDefault()
  event.stopPropagation()
}
