/** A packet taken apart: its fields as Wireshark names them on the left, its bytes on the right, and each shows the other. */
import { useMemo, useState } from 'react'
import { formatDuration } from '../../base'
import { useStore } from '../../store'
import type { Selection } from '../../store'
import { packetOf } from '../../viz'
import { dissect } from '../../wire'
import { segmentLine, useIndexes } from '../heroes'
import type { Indexes } from '../heroes'
import { useText } from '../text'
import { Bytes } from './Bytes'
import { Fields } from './Fields'
import styles from './inspector.module.css'
import type { Span } from './span'
import { usePacketBytes } from './usePacketBytes'

export function Inspector() {
  const text = useText()
  const indexes = useIndexes()
  const selection = useStore((state) => state.selection)
  const packet = indexes === null ? -1 : inspectedPacket(selection, indexes)
  if (indexes === null || packet < 0) return <p className={styles.hint}>{text.inspector.none}</p>
  return <Inspected key={packet} indexes={indexes} packet={packet} />
}

function Inspected({ indexes, packet }: { readonly indexes: Indexes; readonly packet: number }) {
  const text = useText()
  const info = useStore((state) => state.info)
  const fetched = usePacketBytes(packet)
  const [span, setSpan] = useState<Span | null>(null)
  const fields = useMemo(() => (fetched.state === 'here' ? dissect(fetched.bytes) : []), [fetched])
  const { rows } = indexes.packets
  if (fetched.state !== 'here') {
    return <p className={styles.hint}>{fetched.state === 'loading' ? text.inspector.loading : text.inspector.gone}</p>
  }
  const { bytes, headerLength } = fetched
  return (
    <section className={styles.inspector} aria-label={text.inspector.title}>
      <header className={styles.head}>
        <b>{info?.hosts[rows.from[packet]]?.name}</b>
        <code>{segmentLine(indexes, packet)}</code>
        <span>
          {formatDuration(rows.sentAt[packet])}, {text.inspector.size(headerLength, bytes.length - headerLength)}
        </span>
      </header>
      <Fields fields={fields} span={span} onSpan={setSpan} />
      <Bytes bytes={bytes} fields={fields} span={span} onSpan={setSpan} />
    </section>
  )
}

/** The packet that is selected, or that the selected event is about. */
function inspectedPacket(selection: Selection | null, { trace, packets }: Indexes): number {
  if (selection?.kind === 'packet') return selection.packet < packets.rows.count ? selection.packet : -1
  return selection?.kind === 'event' ? packetOf(trace, selection.event) : -1
}
