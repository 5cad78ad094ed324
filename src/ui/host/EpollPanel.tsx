/** One epoll: its interest list with what is asked for and what holds, its ready list, who waits in it, and the calls on it. */
import { useState } from 'react'
import type { Call, EpollView, HostView, InterestView } from '../../trace'
import { menuStyles, Popover } from '../menu'
import { useText } from '../text'
import { act } from './act'
import { Flags } from './CallArguments'
import styles from './readiness.module.css'

interface Props {
  readonly host: HostView
  readonly epoll: EpollView
  readonly pid: number
  readonly fd: number
}

type Make = (call: Call) => void

export function EpollPanel({ host, epoll, pid, fd }: Props) {
  const text = useText().epoll
  const make: Make = (call) => void act({ kind: 'call', host: host.index, pid, call })
  const { interests, ready, waiters } = epoll
  const readyFds = ready.flatMap((id) => interests.filter((it) => it.id === id).map((it) => it.fd))
  return (
    <section className={styles.epoll} aria-label={text.title(fd)}>
      <h3>
        {text.title(fd)}
        {waiters.length === 0 ? null : <em>{text.waiters(waiters.length)}</em>}
      </h3>
      {interests.length === 0 ? (
        <p className={styles.quiet}>{text.empty}</p>
      ) : (
        <table aria-label={text.interests}>
          <thead>
            <tr>
              <th scope="col">fd</th>
              <th scope="col">{text.asks}</th>
              <th scope="col">{text.holds}</th>
            </tr>
          </thead>
          <tbody>
            {interests.map((interest) => (
              <InterestRow key={interest.id} epoll={fd} interest={interest} make={make} />
            ))}
          </tbody>
        </table>
      )}
      <p className={styles.readyList}>
        <span>{text.ready}</span>
        {readyFds.length === 0 ? <em>{text.readyEmpty}</em> : <code>{readyFds.join(' → ')}</code>}
      </p>
      <div className={styles.calls}>
        <AddForm host={host} pid={pid} fd={fd} epoll={epoll} make={make} />
        <WaitForm fd={fd} make={make} />
      </div>
    </section>
  )
}

function InterestRow({
  epoll,
  interest,
  make,
}: {
  readonly epoll: number
  readonly interest: InterestView
  readonly make: Make
}) {
  const text = useText().epoll
  const { fd, events, holds, disarmed } = interest
  const [mask, setMask] = useState(events)
  return (
    <tr>
      <td>{fd}</td>
      <td>
        <Popover
          kind="dialog"
          name={`${text.control} ${fd}`}
          label={`${text.control} ${fd}: ${short(events)}`}
          className={styles.mask}
          button={disarmed ? text.disarmed : short(events)}
        >
          {(close) => (
            <form
              className={menuStyles.form}
              onSubmit={(event) => {
                event.preventDefault()
                close()
                make({ call: 'epollCtl', fd: epoll, op: 'EPOLL_CTL_MOD', target: fd, events: mask })
              }}
            >
              <Mask mask={mask} onMask={setMask} exclusive={false} />
              {disarmed ? <p>{text.disarmedTitle}</p> : null}
              <button type="submit">{text.modify}</button>
              <button
                type="button"
                onClick={() => {
                  close()
                  make({ call: 'epollCtl', fd: epoll, op: 'EPOLL_CTL_DEL', target: fd, events: 0 })
                }}
              >
                {text.remove}
              </button>
            </form>
          )}
        </Popover>
      </td>
      <td>{holds === '' ? text.nothing : short(holds)}</td>
    </tr>
  )
}

function AddForm({ host, pid, fd, epoll, make }: Props & { readonly make: Make }) {
  const text = useText().epoll
  const known = new Set(epoll.interests.map((interest) => interest.fd))
  const descriptors = (host.processes.find((process) => process.pid === pid)?.descriptors ?? []).filter(
    (it) => it.fd !== fd,
  )
  const [chosen, setChosen] = useState<number | undefined>(undefined)
  const [mask, setMask] = useState('EPOLLIN')
  const target = chosen ?? descriptors.find((it) => !known.has(it.fd))?.fd ?? descriptors.at(0)?.fd
  if (target === undefined) return null
  return (
    <Popover kind="dialog" name={text.add} label={text.add} className={styles.button} button={text.control}>
      {(close) => (
        <form
          className={menuStyles.form}
          onSubmit={(event) => {
            event.preventDefault()
            close()
            make({ call: 'epollCtl', fd, op: 'EPOLL_CTL_ADD', target, events: mask })
          }}
        >
          <label>
            <span>{text.descriptor}</span>
            <select value={target} onChange={(event) => setChosen(descriptors[event.target.selectedIndex].fd)}>
              {descriptors.map((it) => (
                <option key={it.fd}>{it.fd}</option>
              ))}
            </select>
          </label>
          <Mask mask={mask} onMask={setMask} exclusive />
          <button type="submit">{text.add}</button>
        </form>
      )}
    </Popover>
  )
}

function WaitForm({ fd, make }: { readonly fd: number; readonly make: Make }) {
  const text = useText().epoll
  const [most, setMost] = useState(8)
  const [timeoutMs, setTimeoutMs] = useState(-1)
  return (
    <>
      <button type="button" className={styles.button} onClick={() => make({ call: 'epollWait', fd, most, timeoutMs })}>
        {text.wait}
      </button>
      <Popover
        kind="dialog"
        name={text.wait}
        label={`${text.wait}: ${most}, ${timeoutMs}`}
        className={styles.mask}
        button={`${most}, ${timeoutMs}`}
      >
        {() => (
          <div className={menuStyles.form}>
            <label>
              <span>{text.most}</span>
              <input
                type="number"
                min={0}
                max={64}
                value={most}
                onChange={(event) => setMost(event.target.valueAsNumber || 0)}
              />
            </label>
            <label>
              <span>{text.timeout}</span>
              <input
                type="number"
                min={-1}
                max={3_600_000}
                value={timeoutMs}
                onChange={(event) =>
                  setTimeoutMs(Number.isNaN(event.target.valueAsNumber) ? 0 : event.target.valueAsNumber)
                }
              />
            </label>
            <p>{text.forEver}</p>
          </div>
        )}
      </Popover>
    </>
  )
}

const BITS = ['EPOLLIN', 'EPOLLOUT', 'EPOLLRDHUP', 'EPOLLPRI', 'EPOLLET', 'EPOLLONESHOT']

interface MaskProps {
  readonly mask: string
  readonly onMask: (mask: string) => void
  /** EPOLL_CTL_MOD refuses EPOLLEXCLUSIVE. */
  readonly exclusive: boolean
}

function Mask({ mask, onMask, exclusive }: MaskProps) {
  return (
    <Flags
      known={exclusive ? [...BITS, 'EPOLLEXCLUSIVE'] : BITS}
      flags={mask.split('|').filter((name) => name !== '' && name !== '0')}
      onChange={(flags) => onMask(flags.join('|'))}
    />
  )
}

function short(events: string): string {
  return events.replaceAll('EPOLL', '').replaceAll('|', ' ')
}
