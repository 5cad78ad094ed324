/** A program as its text: the line at which each thread stands is lit, and says what the thread waits for. */
import { useEffect, useRef } from 'react'
import type { HostView } from '../../trace'
import { briefDuration } from '../format'
import { useText } from '../text'
import styles from './programs.module.css'
import type { RunningProgram, RunningThread } from './rows'
import { tokensOf } from './tokens'

interface Props {
  readonly running: RunningProgram
  readonly chosen: RunningThread
  readonly role: HostView['role']
  readonly now: number
}

export function ProgramText({ running, chosen, role, now }: Props) {
  const text = useText().programs
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    const line = list.current?.children[chosen.line]
    if (list.current !== null && line instanceof HTMLElement) keepInView(list.current, line)
  }, [chosen.line])
  return (
    <ol
      ref={list}
      className={`${styles.text} ${styles[role]}`}
      aria-label={text.text(running.program.name)}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
      tabIndex={0}
    >
      {running.program.lines.map((line, index) => {
        const here = running.threads.filter((thread) => thread.line === index)
        const lit = chosen.line === index
        return (
          <li
            key={index}
            className={lit ? styles.lit : here.length > 0 ? styles.stood : undefined}
            aria-current={lit ? 'step' : undefined}
            style={{ paddingLeft: `calc(22px + ${line.indent} * 2ch)` }}
          >
            {here.length === 0 ? null : (
              <i title={text.standsHere(namesOf(here))}>{here.length > 1 ? here.length : ''}</i>
            )}
            <code>
              {tokensOf(line.text).map((token, place) => (
                <span key={place} className={styles[token.kind]}>
                  {token.text}
                </span>
              ))}
            </code>
            {lit ? <Doing thread={chosen} now={now} /> : null}
          </li>
        )
      })}
    </ol>
  )
}

/** What the chosen thread does at its line. */
function Doing({ thread: { thread }, now }: { readonly thread: RunningThread; readonly now: number }) {
  const text = useText().programs
  if (thread.blockedSince !== null)
    return <em>{text.blocked(briefDuration(now - thread.blockedSince), thread.waitsFor)}</em>
  if (thread.sleepingUntil !== null) return <em>{text.sleeps(briefDuration(thread.sleepingUntil - now))}</em>
  return <em>{text.next}</em>
}

function namesOf(threads: readonly RunningThread[]): string {
  return threads.map(({ process, thread }) => `${process.pid}/${thread.thread}`).join(', ')
}

/** Scrolls the list, and nothing around it, so that the line stands in its middle where it was out of sight. */
function keepInView(list: HTMLElement, line: HTMLElement): void {
  const top = line.offsetTop
  const inside =
    top >= list.scrollTop + line.offsetHeight && top + 2 * line.offsetHeight <= list.scrollTop + list.clientHeight
  if (!inside) list.scrollTop = top - (list.clientHeight - line.offsetHeight) / 2
}
