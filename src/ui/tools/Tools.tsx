/** What ss, netstat, nstat and /proc/net would print on a host at the moment shown: the same story as a server tells. */
import { useState } from 'react'
import { useStore } from '../../store'
import { COMMANDS } from '../../texts'
import { HostMark } from '../host'
import { useText } from '../text'
import { CommandLine } from './CommandLine'
import { Glossary } from './Glossary'
import { Output } from './Output'
import styles from './tools.module.css'
import { useHostText } from './useHostText'

export function Tools() {
  const text = useText().tools
  const hosts = useStore((state) => state.snapshot?.hosts) ?? []
  const [chosen, setChosen] = useState<number | null>(null)
  const [command, setCommand] = useState(COMMANDS[0])
  // A server is what most people look at.
  const first = hosts.find(({ role }) => role === 'server') ?? hosts[0]
  const host = hosts.find(({ index }) => index === chosen) ?? first
  const answers = useHostText(host?.index ?? 0, command)
  if (host === undefined) return null
  const shown = answers?.now.host === host.index && answers.now.command === command ? answers : null
  return (
    <div className={styles.panel}>
      <div className={styles.head}>
        <div role="radiogroup" aria-label={text.host} className={styles.hosts}>
          {hosts.map(({ index, name, role }) => (
            <label key={index}>
              <input type="radio" name="tools-host" checked={index === host.index} onChange={() => setChosen(index)} />
              <HostMark role={role} size={8} /> {name}
            </label>
          ))}
        </div>
        <CommandLine
          key={`${host.index} ${command}`}
          host={host}
          command={command}
          output={shown?.now.lines ?? []}
          onRun={setCommand}
        />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className={styles.scroll} role="region" aria-label={text.output(command, host.name)} tabIndex={0}>
        {shown === null ? null : <Output host={host} answers={shown} />}
        {shown === null ? null : <Glossary lines={shown.now.lines} />}
      </div>
    </div>
  )
}
