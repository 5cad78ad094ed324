/** What is done to a whole host: power off and on, kernel settings; and its counters, as Linux names them. */
import { useState } from 'react'
import type { HostView, Sysctl } from '../../trace'
import { store } from '../../store'
import { menuStyles } from '../menu'
import { useText } from '../text'
import { act } from './act'
import styles from './host.module.css'
import { ProcessActions } from './ProcessActions'
import { setSysctl, SYSCTLS } from './settings'
import { severalProcesses } from './sockets'

export function HostActions({ host, onDone }: { readonly host: HostView; readonly onDone: () => void }) {
  const text = useText().host
  return (
    <>
      <button
        type="button"
        className={menuStyles.item}
        onClick={() => {
          onDone()
          void act({ kind: host.up ? 'crash' : 'restart', host: host.index })
        }}
      >
        {host.up ? text.crash : text.restart}
      </button>
      {host.up ? <Processes host={host} onDone={onDone} /> : null}
      <div className={menuStyles.rule} />
      <p className={menuStyles.note}>{text.sysctls}</p>
      <SysctlForm host={host} />
      <div className={menuStyles.rule} />
      <Numbers title={text.stateCounts} numbers={host.stateCounts} none="" />
      <Numbers title={text.counters} numbers={host.counters} none={text.noCounters} />
    </>
  )
}

/** The one process of a host has its actions here; of several, each has its own beside its name. */
function Processes({ host, onDone }: { readonly host: HostView; readonly onDone: () => void }) {
  const text = useText().process
  const only = severalProcesses(host) ? undefined : host.processes[0]
  return (
    <>
      <div className={menuStyles.rule} />
      {only === undefined ? null : (
        <>
          <p className={menuStyles.note}>{text.heading(only.pid)}</p>
          <ProcessActions host={host.index} process={only} onDone={onDone} />
        </>
      )}
      <button
        type="button"
        className={menuStyles.item}
        onClick={() => {
          onDone()
          void act({ kind: 'spawn', host: host.index })
        }}
      >
        {text.spawn}
      </button>
    </>
  )
}

function SysctlForm({ host }: { readonly host: HostView }) {
  const text = useText().host
  const [name, setName] = useState<keyof Sysctl>('tcp_syn_retries')
  const [value, setValue] = useState<string | null>(null)
  const shown = value ?? String(host.sysctl[name])
  const apply = (): void => {
    const problem = setSysctl(host.index, name, shown)
    if (problem !== undefined) store.getState().tell(problem, 'failure')
  }
  return (
    <form
      className={menuStyles.form}
      onSubmit={(event) => {
        event.preventDefault()
        apply()
      }}
    >
      <label>
        <span>{text.sysctlName}</span>
        <select
          value={name}
          onChange={(event) => {
            setName(SYSCTLS[event.target.selectedIndex])
            setValue(null)
          }}
        >
          {SYSCTLS.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      </label>
      <label>
        <span>{text.sysctlValue}</span>
        <input type="text" required value={shown} onChange={(event) => setValue(event.target.value)} />
      </label>
      <button type="submit">{text.sysctlApply}</button>
    </form>
  )
}

function Numbers({
  title,
  numbers,
  none,
}: {
  readonly title: string
  readonly numbers: Readonly<Record<string, number>>
  readonly none: string
}) {
  const entries = Object.entries(numbers)
  if (entries.length === 0 && none === '') return null
  return (
    <div className={styles.numbers}>
      <h3>{title}</h3>
      {entries.length === 0 ? <p>{none}</p> : null}
      <dl>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
