/**
 * The bytes that a program takes its messages from, cut in three ways over one ruler: by the peer's send() calls, by segments, and by what
 * the program takes for messages. Where the cuts do not stand under each other, messages stick together or are split.
 */
import { useStore } from '../../store'
import type { HostView, Snapshot } from '../../trace'
import { lastHandled, streamView } from '../../viz'
import type { Piece, StreamView } from '../../viz'
import { streamsOf } from '../folds'
import { grouped } from '../format'
import { useText } from '../text'
import styles from './programs.module.css'

/** Messages in the picture. */
const MOST = 12

export function Stream({ host, snapshot }: { readonly host: HostView; readonly snapshot: Snapshot }) {
  const text = useText().programs
  const trace = useStore((state) => state.trace)
  const until = snapshot.position.event
  const fold = streamsOf(trace)
  const reader = lastHandled(fold, host.index, until)
  if (reader === -1) return null
  const view = streamView(fold, trace, reader, until, MOST)
  const sender = snapshot.hosts[fold.writers.get(reader)?.host ?? -1]?.role ?? 'other'
  return (
    <figure className={styles.stream}>
      <figcaption>
        {text.stream}
        {view.from === 0 ? null : <small>{text.from(grouped(view.from))}</small>}
      </figcaption>
      <Row
        name={text.written}
        view={view}
        pieces={view.written}
        role={sender}
        title={({ bytes }) => text.writtenTitle(bytes)}
      />
      <Row
        name={text.segments}
        view={view}
        pieces={view.arrived}
        role={sender}
        title={({ bytes }) => text.segmentsTitle(bytes)}
      />
      <Row
        name={text.messages}
        view={view}
        pieces={view.messages}
        role={host.role}
        title={({ bytes, text: content }) => text.messagesTitle(bytes, content)}
      />
    </figure>
  )
}

interface RowProps {
  readonly name: string
  readonly view: StreamView
  readonly pieces: readonly Piece[]
  readonly role: HostView['role']
  readonly title: (piece: Piece) => string
}

function Row({ name, view, pieces, role, title }: RowProps) {
  const select = useStore((state) => state.select)
  if (pieces.length === 0) return null
  const span = view.to - view.from
  const percent = (bytes: number): string => `${(100 * bytes) / span}%`
  return (
    <div className={`${styles.pieces} ${styles[role]}`}>
      <span>{name}</span>
      <div>
        {pieces.map((piece) => {
          const start = Math.max(view.from, piece.start)
          return (
            <button
              key={piece.event}
              type="button"
              title={title(piece)}
              aria-label={title(piece)}
              style={{ left: percent(start - view.from), width: percent(piece.end - start) }}
              onClick={() => select({ kind: 'event', event: piece.event })}
            >
              {piece.text === '' ? piece.bytes : piece.text}
            </button>
          )
        })}
      </div>
    </div>
  )
}
