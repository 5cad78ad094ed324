/** A running program: its text, its threads, the variables of the one that is looked at, and what can be done with it. */
import { useState } from 'react'
import type { ReactNode } from 'react'
import { useClient } from '../../store'
import type { HostView } from '../../trace'
import { act } from '../host/act'
import { useText } from '../text'
import styles from './programs.module.css'
import { ProgramText } from './ProgramText'
import { variablesOf } from './rows'
import type { RunningProgram, RunningThread } from './rows'

const MOST_THREADS = 24

interface Props {
  readonly host: HostView
  readonly running: RunningProgram
  readonly now: number
  /** What stands before and after the controls of a host's first program. */
  readonly lead: ReactNode
  readonly offer: ReactNode
}

export function Running({ host, running, now, lead, offer }: Props) {
  const text = useText().programs
  const client = useClient()
  const [wanted, setWanted] = useState(-1)
  const { program, threads } = running
  const chosen = threads.find(({ thread }) => thread.thread === wanted) ?? newest(threads)
  if (chosen === undefined) return null
  const { process, thread } = chosen
  return (
    <section className={styles.program} aria-label={program.name}>
      <header>
        {lead}
        <h4>{program.name}</h4>
        <Threads name={program.name} threads={threads} chosen={chosen} onChoose={setWanted} />
        <button
          type="button"
          className={styles.step}
          title={text.stepTitle}
          onClick={() => void client.stepThread(thread.thread)}
        >
          {text.step}
        </button>
        {process.interactive ? null : (
          <button
            type="button"
            className={styles.step}
            title={text.stopTitle(process.pid)}
            onClick={() => void act({ kind: 'signal', host: host.index, pid: process.pid, signal: 'SIGTERM' })}
          >
            {text.stop}
          </button>
        )}
        {offer}
      </header>
      <ProgramText running={running} chosen={chosen} role={host.role} now={now} />
      <Variables rows={variablesOf(thread, program)} />
    </section>
  )
}

/** The thread that did something last is the one to look at. */
function newest(threads: readonly RunningThread[]): RunningThread | undefined {
  const lastCall = ({ thread }: RunningThread): number => thread.calls.at(-1)?.event ?? -1
  return threads.toSorted((a, b) => lastCall(a) - lastCall(b)).at(-1)
}

interface ThreadsProps {
  readonly name: string
  readonly threads: readonly RunningThread[]
  readonly chosen: RunningThread
  readonly onChoose: (thread: number) => void
}

function Threads({ name, threads, chosen, onChoose }: ThreadsProps) {
  const text = useText().programs
  const one = (row: RunningThread): string => text.thread(row.process.pid, row.thread.thread)
  if (threads.length === 1) return <span className={styles.pid}>{chosen.process.pid}</span>
  return (
    <select
      aria-label={text.threads(name)}
      value={chosen.thread.thread}
      onChange={(event) => onChoose(Number(event.target.value))}
    >
      {threads.slice(-MOST_THREADS).map((row) => (
        <option key={row.thread.thread} value={row.thread.thread}>
          {one(row)}
        </option>
      ))}
    </select>
  )
}

function Variables({ rows }: { readonly rows: readonly (readonly [string, string])[] }) {
  const text = useText().programs
  if (rows.length === 0) return null
  return (
    <dl className={styles.variables} aria-label={text.variables}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
