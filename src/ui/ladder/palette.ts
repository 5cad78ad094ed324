/** The tokens that the canvas needs, read from the style of the page, and anew when the theme changes. */
import { useEffect, useState } from 'react'

export type Ends = 'client' | 'server' | 'other'

export interface Palette {
  readonly surface: string
  readonly ink: string
  readonly ink2: string
  readonly ink3: string
  readonly hairline: string
  readonly loss: string
  readonly onAccent: string
  readonly selection: string
  readonly end: Readonly<Record<Ends, string>>
  readonly endInk: Readonly<Record<Ends, string>>
  readonly endTint: Readonly<Record<Ends, string>>
  readonly phase: Readonly<Record<string, string>>
  readonly text: string
  readonly mono: string
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  return {
    surface: token('--surface'),
    ink: token('--ink'),
    ink2: token('--ink-2'),
    ink3: token('--ink-3'),
    hairline: token('--hairline'),
    loss: token('--loss'),
    onAccent: token('--on-accent'),
    selection: token('--selection'),
    end: { client: token('--client'), server: token('--server'), other: token('--ink-3') },
    endInk: { client: token('--client-ink'), server: token('--server-ink'), other: token('--ink-2') },
    endTint: { client: token('--client-tint'), server: token('--server-tint'), other: token('--surface-sunk') },
    phase: {
      closed: token('--ink-3'),
      opening: token('--phase-opening'),
      open: token('--phase-open'),
      active: token('--phase-closing-active'),
      passive: token('--phase-closing-passive'),
      waiting: token('--phase-waiting'),
    },
    text: token('--font-text'),
    mono: token('--font-mono'),
  }
}

/** The palette of the present theme. */
export function usePalette(): Palette {
  const [palette, setPalette] = useState(readPalette)
  useEffect(() => {
    const reread = (): void => {
      setPalette(readPalette())
    }
    const watch = new MutationObserver(reread)
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class', 'style'] })
    const system = matchMedia('(prefers-color-scheme: dark)')
    system.addEventListener('change', reread)
    reread()
    return () => {
      watch.disconnect()
      system.removeEventListener('change', reread)
    }
  }, [])
  return palette
}
