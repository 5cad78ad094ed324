/** What can be done to a process: calls that need no descriptor, its end, signals, and what SIGPIPE does to it. */
import { SIGNAL_ACTIONS } from '../../trace'
import type { Call, ProcessView, SignalAction, SignalName } from '../../trace'
import { menuStyles } from '../menu'
import { useText } from '../text'
import { act } from './act'
import styles from './host.module.css'

const SENT: readonly SignalName[] = ['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGUSR1']

interface Props {
  readonly host: number
  readonly process: ProcessView
  readonly onDone: () => void
}

export function ProcessActions({ host, process, onDone }: Props) {
  const text = useText().process
  const { pid } = process
  const calls: readonly (readonly [string, Call])[] = [
    [text.socket, { call: 'socket' }],
    [text.epollCreate, { call: 'epollCreate' }],
    [text.fork, { call: 'fork' }],
    [text.waitpid, { call: 'waitpid', pid: -1, nohang: true }],
    [text.exit, { call: 'exit', status: 0 }],
  ]
  const make = (call: Call): void => {
    onDone()
    void act({ kind: 'call', host, pid, call })
  }
  const disposition = (process.signals.SIGPIPE?.split(',')[0] ?? 'SIG_DFL') as SignalAction
  return (
    <>
      {calls.map(([name, call]) => (
        <button key={name} type="button" className={menuStyles.item} onClick={() => make(call)}>
          <span className={styles.menuCall}>{name}</span>
        </button>
      ))}
      <div className={menuStyles.rule} />
      <p className={menuStyles.note}>{text.signals}</p>
      <div className={styles.signals}>
        {SENT.map((signal) => (
          <button
            key={signal}
            type="button"
            onClick={() => {
              onDone()
              void act({ kind: 'signal', host, pid, signal })
            }}
          >
            {signal}
          </button>
        ))}
      </div>
      <form className={menuStyles.form}>
        <label>
          <span>{text.sigpipe}</span>
          <select
            value={disposition}
            onChange={(event) => {
              const action = SIGNAL_ACTIONS[event.target.selectedIndex]
              void act({ kind: 'call', host, pid, call: { call: 'signal', signal: 'SIGPIPE', action } })
            }}
          >
            {SIGNAL_ACTIONS.map((action) => (
              <option key={action} value={action}>
                {text.actions[action]}
              </option>
            ))}
          </select>
        </label>
      </form>
    </>
  )
}
