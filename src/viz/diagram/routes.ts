/** How each edge of the figure is drawn: its path, and where its label stands. Keyed by the id of the transition. */

export interface EdgeLabel {
  readonly x: number
  readonly y: number
  readonly anchor: 'start' | 'middle' | 'end'
  /** Lines, top to bottom: the trigger's first, then the action's. */
  readonly trigger: readonly string[]
  readonly action: readonly string[]
  /** Extra space between trigger and action, where the edge itself runs between them. */
  readonly gap: number
}

export interface EdgeRoute {
  readonly path: string
  readonly label: EdgeLabel
}

type Anchor = EdgeLabel['anchor']

function route(
  path: string,
  at: readonly [x: number, y: number, anchor: Anchor],
  trigger: string,
  action = '',
  gap = 0,
): EdgeRoute {
  const [x, y, anchor] = at
  return {
    path,
    label: { x, y, anchor, trigger: trigger.split('|'), action: action === '' ? [] : action.split('|'), gap },
  }
}

/** Every edge of the figure but the reset, which may come in any state and is one line of words. */
export const ROUTES: Readonly<Record<string, EdgeRoute>> = {
  'CLOSED>LISTEN': route('M242 41V85', [234, 58, 'end'], 'passive OPEN', 'create TCB'),
  'LISTEN>CLOSED': route('M262 87V43', [270, 64, 'start'], 'CLOSE', 'delete TCB'),
  'CLOSED>SYN-SENT': route('M297 21H406q12 0 12 12V163', [425, 42, 'start'], 'active OPEN', 'create TCB,|snd SYN'),
  'SYN-SENT>CLOSED': route('M380 165V44q0 -12 -12 -12H299', [372, 48, 'end'], 'CLOSE', 'delete TCB'),
  'LISTEN>SYN-SENT': route('M304 106C330 110 352 136 360 163', [280, 142, 'start'], 'SEND', 'snd SYN'),
  'LISTEN>SYN-RECEIVED': route('M206 111C168 122 96 134 84 162', [116, 114, 'end'], 'rcv SYN', 'snd SYN,ACK'),
  'SYN-RECEIVED>LISTEN': route('M122 165C140 144 186 144 228 119', [160, 160, 'start'], 'rcv RST'),
  'SYN-SENT>SYN-RECEIVED': route('M352 180H140', [244, 175, 'middle'], 'rcv SYN', 'snd SYN,ACK', 6.5),
  'SYN-RECEIVED>ESTABLISHED': route('M106 195C122 218 174 224 208 242', [194, 214, 'start'], 'rcv ACK|of SYN'),
  'SYN-SENT>ESTABLISHED': route('M380 195C364 218 330 224 296 242', [372, 218, 'start'], 'rcv SYN,ACK', 'snd ACK'),
  'SYN-RECEIVED>FIN-WAIT-1': route('M54 195V331', [62, 260, 'start'], 'CLOSE', 'snd FIN'),
  'ESTABLISHED>FIN-WAIT-1': route('M200 284C178 304 140 310 112 332', [190, 300, 'start'], 'CLOSE', 'snd FIN'),
  'ESTABLISHED>CLOSE-WAIT': route('M304 284C326 304 352 308 378 331', [358, 290, 'start'], 'rcv FIN', 'snd ACK'),
  'FIN-WAIT-1>FIN-WAIT-2': route('M54 363V414', [62, 386, 'start'], 'rcv ACK|of FIN'),
  'FIN-WAIT-1>CLOSING': route('M134 345H250q12 0 12 12V414', [204, 340, 'middle'], 'rcv FIN', 'snd ACK', 6.5),
  'FIN-WAIT-1>TIME-WAIT': route(
    'M122 362C148 378 152 388 154 408C158 454 182 474 214 487',
    [158, 380, 'start'],
    'rcv FIN,ACK',
    'snd ACK',
  ),
  'FIN-WAIT-2>TIME-WAIT': route('M78 446V490q0 12 12 12H198', [132, 497, 'middle'], 'rcv FIN', 'snd ACK', 6.5),
  'CLOSING>TIME-WAIT': route('M262 446V487', [269, 472, 'start'], 'rcv ACK of FIN'),
  'CLOSE-WAIT>LAST-ACK': route('M404 363V414', [412, 390, 'start'], 'CLOSE', 'snd FIN'),
  'LAST-ACK>CLOSED': route('M404 446V487', [412, 469, 'start'], 'rcv ACK of FIN', 'delete TCB'),
  'TIME-WAIT>CLOSED': route('M304 504H357', [330, 499, 'middle'], '2MSL', 'delete', 5),
}

const LINE = 11.5

/** Lines of a label with the baseline of each. */
export function labelLines(
  label: EdgeLabel,
): readonly { readonly text: string; readonly y: number; readonly part: 'trigger' | 'action' }[] {
  const { trigger, action, y, gap } = label
  return [
    ...trigger.map((text, i) => ({ text, y: y + i * LINE, part: 'trigger' as const })),
    ...action.map((text, i) => ({ text, y: y + gap + (trigger.length + i) * LINE, part: 'action' as const })),
  ]
}
