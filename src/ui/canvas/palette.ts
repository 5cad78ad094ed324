/** The colours of tokens.css as a canvas wants them, and the two hatches. */
const TOKENS = [
  'surface',
  'surface-sunk',
  'ink',
  'ink-2',
  'ink-3',
  'hairline',
  'hairline-strong',
  'client',
  'client-ink',
  'client-tint',
  'client-mid',
  'server',
  'server-ink',
  'server-tint',
  'server-mid',
  'loss',
  'loss-tint',
  'phase-open-tint',
  'phase-opening-tint',
  'phase-waiting-tint',
  'selection',
] as const

type Token = (typeof TOKENS)[number]

export interface Palette {
  readonly colour: Readonly<Record<Token, string>>
  readonly font: string
}

let kept: { readonly theme: string; readonly palette: Palette } | null = null

/** The colours of the theme that is on the page now; read again only when it changed. */
export function currentPalette(): Palette {
  const theme = document.documentElement.dataset['theme'] ?? ''
  if (kept?.theme !== theme) kept = { theme, palette: readPalette() }
  return kept.palette
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const colour = Object.fromEntries(
    TOKENS.map((token) => [token, style.getPropertyValue(`--${token}`).trim()]),
  ) as Record<Token, string>
  return { colour, font: style.getPropertyValue('--font-text').trim() }
}

export interface HostColours {
  readonly solid: string
  readonly ink: string
  readonly tint: string
  readonly mid: string
}

/** What a host is drawn in, by its role. */
export function hostColours({ colour }: Palette, role: 'client' | 'server' | 'other'): HostColours {
  if (role === 'client') {
    return {
      solid: colour.client,
      ink: colour['client-ink'],
      tint: colour['client-tint'],
      mid: colour['client-mid'],
    }
  }
  if (role === 'server') {
    return {
      solid: colour.server,
      ink: colour['server-ink'],
      tint: colour['server-tint'],
      mid: colour['server-mid'],
    }
  }
  return {
    solid: colour['ink-3'],
    ink: colour['ink-2'],
    tint: colour['surface-sunk'],
    mid: colour['hairline-strong'],
  }
}

export function setFont(context: CanvasRenderingContext2D, palette: Palette, px: number, weight = 400): void {
  context.font = `${weight} ${px}px ${palette.font}`
}

/** Diagonal hatch in a rectangle. */
export function hatch(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  colour: string,
): void {
  context.save()
  context.beginPath()
  context.rect(x, y, width, height)
  context.clip()
  context.strokeStyle = colour
  context.lineWidth = 1.2
  context.beginPath()
  // The hatch is anchored to the page and not to the rectangle, so that it does not swim as the rectangle grows.
  for (let at = Math.floor((x - height) / 7) * 7; at < x + width; at += 7) {
    context.moveTo(at, y + height)
    context.lineTo(at + height, y)
  }
  context.stroke()
  context.restore()
}

export function cross(context: CanvasRenderingContext2D, x: number, y: number, arm: number): void {
  context.beginPath()
  context.moveTo(x - arm, y - arm)
  context.lineTo(x + arm, y + arm)
  context.moveTo(x + arm, y - arm)
  context.lineTo(x - arm, y + arm)
  context.stroke()
}
