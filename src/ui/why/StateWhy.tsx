/** What it means to be in a state, and who is in it now. */
import { useStore } from '../../store'
import type { Snapshot, TcpState } from '../../trace'
import { TRANSITIONS } from '../../trace'
import { useText } from '../text'
import { Frame } from './Frame'
import styles from './why.module.css'

export function StateWhy({ snapshot, state }: { readonly snapshot: Snapshot; readonly state: TcpState }) {
  const text = useText()
  const select = useStore((s) => s.select)
  const held = snapshot.hosts
    .filter((host) => (host.stateCounts[state] ?? 0) > 0)
    .map((host) => text.diagram.held(state, host.name, host.stateCounts[state] ?? 0))
  const ways = TRANSITIONS.filter(({ from, to }) => from === state || to === state)
  return (
    <Frame sign={null} title={text.why.kinds.node} detail={state} place={held.join(' ')} answer={text.states[state]}>
      <ul className={styles.ways}>
        {ways.map((way) => (
          <li key={way.id}>
            <button
              type="button"
              onClick={() => {
                select({ kind: 'edge', id: way.id })
              }}
            >
              {way.from === 'any' ? text.diagram.any : way.from} → {way.to} <code>{way.trigger}</code>
            </button>
          </li>
        ))}
      </ul>
    </Frame>
  )
}
