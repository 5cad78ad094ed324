/**
 * The state diagram: the eleven states as RFC 9293 figure 5 is remembered, a token for each socket, the edges that were walked so
 * far, the last one lit. Nodes, edges and tokens are pressed to learn about them.
 */
import { memo, useMemo } from 'react'
import { useStore } from '../../store'
import type { Selection } from '../../store'
import type { Snapshot } from '../../trace'
import {
  DIAGRAM_HEIGHT,
  DIAGRAM_WIDTH,
  figureMeter,
  lastChange,
  lastChangeOf,
  layTokens,
  NODES,
  PHASE_NAMES,
  REGIONS,
  ROUTES,
  statesHeld,
  strangersTo,
  walksUntil,
} from '../../viz'
import type { Token, Walk } from '../../viz'
import { eventAt, useIndexes, useTeller } from '../heroes'
import type { Indexes } from '../heroes'
import { useText } from '../text'
import styles from './diagram.module.css'
import { DiagramList } from './DiagramList'
import { Edge } from './Edge'
import { LastLine } from './LastLine'
import { Meter } from './Meter'
import { StateNode } from './StateNode'
import { TokenShape } from './TokenShape'
import { useTokenFlight } from './useTokenFlight'

export function StateDiagram() {
  const indexes = useIndexes()
  const snapshot = useStore((state) => state.snapshot)
  const text = useText()
  if (indexes === null || snapshot === null) return <section className={styles.panel} aria-label={text.diagram.title} />
  return <Diagram indexes={indexes} snapshot={snapshot} />
}

function Diagram({ indexes, snapshot }: { readonly indexes: Indexes; readonly snapshot: Snapshot }) {
  const text = useText()
  const teller = useTeller(indexes)
  const selection = useStore((state) => state.selection)
  const select = useStore((state) => state.select)
  const { event } = snapshot.position
  const { walks: walkIndex, trace } = indexes
  const walks = useMemo(() => walksUntil(walkIndex, event), [walkIndex, event])
  const tokens = useMemo(
    () => layTokens(snapshot, (socket) => lastChangeOf(walkIndex, socket, event) >= 0),
    [snapshot, walkIndex, event],
  )
  const last = eventAt(trace, lastChange(walkIndex, event))
  const lit = last?.type === 'tcp/stateChanged' ? last : undefined
  const meter = figureMeter(walks)
  const flight = useTokenFlight(lit, event)
  const role = (host: number) => snapshot.hosts[host]?.role ?? 'other'
  const places = statesHeld(snapshot)
  const held = places
    .map(({ state, host, count }) => text.diagram.held(state, snapshot.hosts[host].name, count))
    .join(' ')
  return (
    <section className={styles.panel} aria-label={text.diagram.title}>
      <header className={styles.head}>
        <h2>{text.diagram.title}</h2>
        <Meter walked={meter.walked} of={meter.of} />
      </header>
      <svg
        className={styles.map}
        viewBox={`0 0 ${DIAGRAM_WIDTH} ${DIAGRAM_HEIGHT}`}
        role="group"
        aria-label={text.diagram.figure(held === '' ? text.diagram.nobody : held)}
      >
        <Ground phases={text.diagram.phases} />
        {drawOrder(walks, lit?.transition).map((walk) => (
          <Edge
            key={walk.transition.id}
            transition={walk.transition}
            times={walk.times}
            lit={lit !== undefined && walk.last === lit.index ? role(lit.host) : null}
            selected={selection?.kind === 'edge' && selection.id === walk.transition.id}
          />
        ))}
        {NODES.map((node) => (
          <StateNode
            key={node.id}
            node={node}
            count={snapshot.hosts.reduce((sum, host) => sum + (host.stateCounts[node.state] ?? 0), 0)}
            selected={selection?.kind === 'edge' && selection.id === `state:${node.state}`}
          />
        ))}
        {tokens.map((token) => (
          <TokenShape
            key={token.key}
            token={token}
            at={flight !== null && flight.socket === token.socket ? flight.at : null}
            selected={isSelected(selection, token)}
            host={snapshot.hosts[token.host].name}
            onSelect={() => {
              select(
                token.socket < 0
                  ? { kind: 'edge', id: `state:${token.state}` }
                  : { kind: 'socket', host: token.host, socket: token.socket },
              )
            }}
          />
        ))}
      </svg>
      <DiagramList held={places} hosts={snapshot.hosts} walks={walks} />
      <LastLine
        strangers={strangersTo(snapshot)}
        last={
          lit === undefined || teller === null
            ? null
            : { event: lit, who: `${teller.host(lit.host)} ${teller.socket(lit.socket)}` }
        }
        role={lit === undefined ? 'other' : role(lit.host)}
        walks={walks}
      />
    </section>
  )
}

/** Idle edges first, the lit one last, so that what matters lies on top. */
function drawOrder(walks: readonly Walk[], lit: number | undefined): Walk[] {
  const rank = (walk: Walk, place: number): number => (place === lit ? 2 : walk.times > 0 ? 1 : 0)
  return walks
    .map((walk, place) => ({ walk, rank: rank(walk, place) }))
    .filter(({ walk }) => ROUTES[walk.transition.id] !== undefined)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ walk }) => walk)
}

function isSelected(selection: Selection | null, token: Token): boolean {
  return selection?.kind === 'socket' && selection.socket === token.socket && selection.host === token.host
}

function boxOf({ x, y, width, height }: { x: number; y: number; width: number; height: number }) {
  return { x, y, width, height }
}

/** What never changes: arrow heads, tinted regions and their names. */
const Ground = memo(function Ground({ phases }: { readonly phases: Readonly<Record<string, string>> }) {
  return (
    <>
      <Definitions />
      {REGIONS.map((region) => (
        <rect key={region.phase} {...boxOf(region)} rx={10} className={`${styles.region} ${styles[region.phase]}`} />
      ))}
      {PHASE_NAMES.map(({ phase, x, y, anchor }) => (
        <text key={phase} x={x} y={y} textAnchor={anchor} className={`${styles.phase} ${styles[phase]}`}>
          {phases[phase]}
        </text>
      ))}
    </>
  )
})

const HEADS = ['idle', 'walked', 'client', 'server', 'other'] as const

function Definitions() {
  return (
    <defs>
      {HEADS.map((head) => (
        <marker
          key={head}
          id={`edge-${head}`}
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth={head === 'idle' || head === 'walked' ? 7.5 : 9}
          markerHeight={head === 'idle' || head === 'walked' ? 7.5 : 9}
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path d="M0 .8L8 4L0 7.2Z" className={`${styles.headShape} ${styles[head]}`} />
        </marker>
      ))}
      <pattern id="hatch-waiting" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="5" height="5" className={styles.hatchGround} />
        <line x1="0" y1="0" x2="0" y2="5" className={styles.hatchLine} />
      </pattern>
    </defs>
  )
}
