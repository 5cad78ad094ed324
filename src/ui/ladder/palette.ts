/** The tokens that the ladder's canvas needs, phases included, read from the style of the page when its theme changed. */
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

let kept: { readonly theme: string; readonly palette: Palette } | null = null

/** The palette of the theme that is on the page now; read again only when it changed. */
export function ladderPalette(): Palette {
  const theme = document.documentElement.dataset['theme'] ?? ''
  if (kept?.theme !== theme) kept = { theme, palette: readPalette() }
  return kept.palette
}
