/** The state diagram as a list, for those who do not see the figure: each state with who is in it, and the ways that lead out of it. */
import { memo } from 'react'
import { TCP_STATES } from '../../trace'
import type { HostView, TcpState } from '../../trace'
import type { Walk } from '../../viz'
import { useText } from '../text'
import styles from './diagram.module.css'

interface Held {
  readonly state: TcpState
  readonly host: number
  readonly count: number
}

export interface DiagramListProps {
  readonly held: readonly Held[]
  readonly hosts: readonly HostView[]
  readonly walks: readonly Walk[]
}

export const DiagramList = memo(function DiagramList({ held, hosts, walks }: DiagramListProps) {
  const text = useText().diagram
  return (
    <ul className={styles.hidden} aria-label={text.list}>
      {TCP_STATES.map((state) => (
        <li key={state}>
          {state}
          {held
            .filter((place) => place.state === state)
            .map(({ host, count }) => ` ${text.held(state, hosts[host].name, count)}`)}
          <Ways walks={walks} from={state} />
        </li>
      ))}
      <li>
        {text.any}
        <Ways walks={walks} from="any" />
      </li>
    </ul>
  )
}, isSame)

/** Every picture brings hosts and places anew; the list changes only when someone went somewhere. */
function isSame(a: DiagramListProps, b: DiagramListProps): boolean {
  if (a.walks !== b.walks || a.held.length !== b.held.length) return false
  return a.held.every(
    ({ state, host, count }, i) =>
      state === b.held[i].state && count === b.held[i].count && a.hosts[host].name === b.hosts[b.held[i].host].name,
  )
}

function Ways({ walks, from }: { readonly walks: readonly Walk[]; readonly from: TcpState | 'any' }) {
  const text = useText().diagram
  const ways = walks.filter(({ transition, times }) => transition.from === from && (transition.figure || times > 0))
  if (ways.length === 0) return null
  return (
    <ul>
      {ways.map(({ transition, times }) => (
        <li key={transition.id}>
          {text.edge(from === 'any' ? text.any : from, transition.to, transition.trigger, times)}
        </li>
      ))}
    </ul>
  )
}
