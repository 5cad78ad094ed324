/** A datagram or Unix socket: its receive queue with the borders of what came, the memory that is charged for it, what was dropped. */
import type { QueuedDatagramView, SocketView } from '../../trace'
import { grouped } from '../format'
import { useText } from '../text'
import styles from './datagrams.module.css'

/** More are a number. */
const MOST_BOXES = 24

export function Datagrams({ socket }: { readonly socket: SocketView }) {
  const text = useText().host.datagrams
  const { udp, unix } = socket
  if (udp !== null) {
    return (
      <section className={styles.datagrams}>
        <Queue queue={udp.queue} count={udp.queueLength} words={text.waiting(udp.queueLength)} />
        <dl>
          <Fact name={text.charged} title={text.chargedTitle} value={text.of(grouped(udp.rmem), grouped(udp.rcvbuf))} />
          <Fact name={text.drops} title={text.dropsTitle} value={grouped(udp.drops)} bad={udp.drops > 0} />
          <Fact name={text.sent} value={grouped(udp.totals.sent)} />
          <Fact name={text.received} value={grouped(udp.totals.received)} />
        </dl>
      </section>
    )
  }
  if (unix === null) return null
  const words = unix.type === 'dgram' ? text.waiting(unix.queueLength) : text.pieces(unix.queueLength)
  return (
    <section className={styles.datagrams}>
      {unix.state === 'listening' ? null : <Queue queue={unix.queue} count={unix.queueLength} words={words} />}
      <dl>
        {unix.path === '' ? null : <Fact name={text.path} value={unix.path} />}
        {unix.peerPath === '' ? null : <Fact name={text.peer} value={unix.peerPath} />}
        {unix.state === 'listening' ? (
          <Fact name={text.pending} value={text.of(grouped(unix.pending.length), grouped(unix.backlog + 1))} />
        ) : (
          <Fact name={text.sender} title={text.senderTitle} value={text.of(grouped(unix.wmem), grouped(unix.sndbuf))} />
        )}
      </dl>
    </section>
  )
}

interface QueueProps {
  readonly queue: readonly QueuedDatagramView[]
  readonly count: number
  readonly words: string
}

/** Oldest first; a box is as wide as its contents are long, so that borders can be seen. */
function Queue({ queue, count, words }: QueueProps) {
  const text = useText().host.datagrams
  return (
    <>
      <h3>
        {text.title} <span>{words}</span>
      </h3>
      {count === 0 ? (
        <p>{text.none}</p>
      ) : (
        <div className={styles.boxes} role="img" aria-label={text.label(count)}>
          {queue.slice(0, MOST_BOXES).map(({ from, bytes }, place) => (
            <i key={place} style={{ flexGrow: Math.max(1, Math.sqrt(bytes)) }} title={text.from(grouped(bytes), from)}>
              {count <= 6 ? grouped(bytes) : ''}
            </i>
          ))}
        </div>
      )}
    </>
  )
}

interface FactProps {
  readonly name: string
  readonly value: string
  readonly title?: string
  readonly bad?: boolean
}

function Fact({ name, value, title, bad = false }: FactProps) {
  return (
    <div title={title} className={bad ? styles.bad : undefined}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
