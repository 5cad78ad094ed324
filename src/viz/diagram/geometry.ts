/**
 * The state diagram as RFC 9293 figure 5 is remembered: opening above, open in the middle, the active close left below, the
 * passive close right, waiting at the foot. Places are fixed by hand in a drawing of 492 x 530: no two edges cross and no label touches an edge.
 * CLOSED stands twice, as in most people's memory of it: where a connection begins and where it ends.
 */
import type { TcpState } from '../../trace'
import type { Phase } from './states'

/** Ten more than is drawn at rest: the label of a lit edge is bolder. */
export const DIAGRAM_WIDTH = 502
export const DIAGRAM_HEIGHT = 536

export type NodeId = TcpState | 'CLOSED again'

export interface DiagramNode {
  readonly id: NodeId
  readonly state: TcpState
  readonly phase: Phase
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Centres of the places for tokens, in the order in which they fill. */
  readonly seats: readonly (readonly [x: number, y: number])[]
}

type Box = readonly [x: number, y: number, width: number, height: number]

function node(id: NodeId, phase: Phase, box: Box, seats: DiagramNode['seats']): DiagramNode {
  const [x, y, width, height] = box
  return { id, state: id === 'CLOSED again' ? 'CLOSED' : id, phase, x, y, width, height, seats }
}

/** `count` seats in a row from (x, y), `step` apart. */
function row(x: number, y: number, step: number, count = 4): [number, number][] {
  return Array.from({ length: count }, (_, i) => [x + i * step, y])
}

export const NODES: readonly DiagramNode[] = [
  node('CLOSED', 'closed', [207, 11, 90, 30], row(207, 26, -20)),
  node('LISTEN', 'opening', [200, 87, 104, 30], row(200, 99, -20)),
  node('SYN-RECEIVED', 'opening', [26, 165, 112, 30], row(58, 165, -20, 3)),
  node('SYN-SENT', 'opening', [352, 165, 104, 30], row(447, 195, -20, 3)),
  node(
    'ESTABLISHED',
    'open',
    [174, 243, 156, 42],
    [
      [242, 255],
      [262, 255],
      [222, 255],
      [282, 255],
    ],
  ),
  node(
    'FIN-WAIT-1',
    'active',
    [30, 333, 104, 30],
    [
      [74, 333],
      [93, 333],
    ],
  ),
  node('FIN-WAIT-2', 'active', [30, 416, 104, 30], row(80, 416, 20, 3)),
  node(
    'CLOSING',
    'active',
    [217, 416, 90, 30],
    [
      [285, 416],
      [305, 416],
      [239, 416],
      [219, 416],
    ],
  ),
  node('CLOSE-WAIT', 'passive', [352, 333, 104, 30], row(426, 363, 20, 3)),
  node(
    'LAST-ACK',
    'passive',
    [352, 416, 104, 30],
    [
      [426, 416],
      [446, 416],
      [382, 416],
      [362, 416],
    ],
  ),
  node(
    'TIME-WAIT',
    'waiting',
    [200, 489, 104, 30],
    [
      [284, 489],
      [304, 489],
      [239, 489],
    ],
  ),
  node('CLOSED again', 'closed', [359, 489, 90, 30], row(384, 519, 20, 4)),
]

export interface Region {
  readonly phase: Phase
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const REGIONS: readonly Region[] = [
  { phase: 'opening', x: 10, y: 78, width: 472, height: 126 },
  { phase: 'active', x: 10, y: 317, width: 306, height: 139 },
  { phase: 'passive', x: 346, y: 317, width: 136, height: 139 },
]

/** Where a phase's name stands. */
export const PHASE_NAMES: readonly {
  readonly phase: Phase
  readonly x: number
  readonly y: number
  readonly anchor: 'start' | 'middle' | 'end'
}[] = [
  { phase: 'opening', x: 22, y: 94, anchor: 'start' },
  { phase: 'active', x: 306, y: 331, anchor: 'end' },
  { phase: 'passive', x: 474, y: 329, anchor: 'end' },
  { phase: 'open', x: 166, y: 268, anchor: 'end' },
  { phase: 'waiting', x: 252, y: 532, anchor: 'middle' },
]

/** The node that a state's tokens stand in. A socket that has been through a connection rests in the second CLOSED. */
export function nodeOf(state: TcpState, hasLived: boolean): DiagramNode {
  const id: NodeId = state === 'CLOSED' && hasLived ? 'CLOSED again' : state
  const found = NODES.find((candidate) => candidate.id === id)
  return found ?? NODES[0]
}
