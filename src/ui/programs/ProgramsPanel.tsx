/** All programs that run, host by host: their text with the lines that are lit, and the stream that they cut into messages. */
import type { HostView, Snapshot } from '../../trace'
import { HostMark } from '../host/HostMark'
import { useCalmSnapshot } from '../shell/calm'
import { useText } from '../text'
import styles from './programs.module.css'
import { Running } from './Running'
import { runningPrograms } from './rows'
import { RunProgram } from './RunProgram'
import { Stream } from './Stream'

export function ProgramsPanel() {
  const snapshot = useCalmSnapshot()
  if (snapshot === null) return null
  return (
    <div className={styles.panel}>
      <div className={styles.hosts}>
        {snapshot.hosts.map((host) => (
          <HostPrograms key={host.index} host={host} snapshot={snapshot} />
        ))}
      </div>
    </div>
  )
}

function HostPrograms({ host, snapshot }: { readonly host: HostView; readonly snapshot: Snapshot }) {
  const text = useText().programs
  const running = runningPrograms(host)
  const lead = (
    <h3>
      <HostMark role={host.role} />
      {host.name}
    </h3>
  )
  const offer = host.up ? <RunProgram host={host} hosts={snapshot.hosts} className={styles.run} /> : null
  return (
    <section className={styles.host} aria-label={text.of(host.name)}>
      {running.length === 0 ? (
        <>
          <header>
            {lead}
            {offer}
          </header>
          <p>{text.none}</p>
        </>
      ) : null}
      {running.map((it, place) => (
        <Running
          key={it.index}
          host={host}
          running={it}
          now={snapshot.position.at}
          lead={place === 0 ? lead : null}
          offer={place === 0 ? offer : null}
        />
      ))}
      <Stream host={host} snapshot={snapshot} />
    </section>
  )
}
