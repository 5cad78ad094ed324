/** A line for iptables, told at once what is wrong with it; and a few to begin with. What is applied is a command of the session: it can be taken back, and is in its link. */
import { useId, useState } from 'react'
import { lineError } from '../../netfilter'
import type { HostView } from '../../trace'
import { act } from '../host'
import { useText } from '../text'
import styles from './firewall.module.css'

/** Lines that people begin with, by the key of their words. */
const READY = {
  drop: '-A INPUT -p tcp --dport 80 -j DROP',
  reject: '-A INPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset',
  stateful: '-A INPUT -m conntrack ! --ctstate ESTABLISHED,RELATED -j DROP',
  log: '-A INPUT -p tcp --syn -j LOG --log-prefix "new: "',
  nat: '-t nat -A POSTROUTING -o eth1 -j MASQUERADE',
  forward: '-t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80',
  flush: '-F',
} as const

const KEYS = Object.keys(READY) as (keyof typeof READY)[]

export function RuleForm({ host }: { readonly host: HostView }) {
  const text = useText().firewall
  const [line, setLine] = useState('')
  const said = useId()
  const error = line.trim() === '' ? undefined : lineError(line)
  const apply = async (): Promise<void> => {
    if (line.trim() === '' || error !== undefined) return
    if (await act({ kind: 'firewall', host: host.index, line: line.trim() })) setLine('')
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void apply()
      }}
    >
      <label>
        <span aria-hidden="true">iptables</span>
        <span className={styles.hidden}>{text.line}</span>
        <input
          value={line}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          placeholder={READY.drop}
          aria-invalid={error !== undefined}
          aria-describedby={said}
          onChange={(event) => setLine(event.target.value)}
        />
      </label>
      <button type="submit" disabled={line.trim() === '' || error !== undefined}>
        {text.apply}
      </button>
      <output id={said} className={styles.said}>
        {error ?? ''}
      </output>
      <ul className={styles.ready} aria-label={text.fill}>
        {KEYS.map((key) => (
          <li key={key}>
            <button type="button" title={READY[key]} onClick={() => setLine(READY[key])}>
              {text.ready[key]}
            </button>
          </li>
        ))}
      </ul>
    </form>
  )
}
