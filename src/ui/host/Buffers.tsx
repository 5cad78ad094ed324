/**
 * The send and receive buffer of the shown connection by the state of each byte, drawn to the same scale as at the peer. Fill and shape say
 * the state; the words below name the states that are there.
 */
import { memo } from 'react'
import { store } from '../../store'
import type { ByteRun, SocketView } from '../../trace'
import { bufferCells, sequencePlace, sequenceView } from '../../viz'
import type { Cell, SequenceView } from '../../viz'
import { grouped } from '../format'
import { useText } from '../text'
import styles from './buffers.module.css'
import { relative } from './sockets'

const WIDTH = 188
const TOP = 14
const HEIGHT = 22

interface BuffersProps {
  readonly host: number
  readonly socket: SocketView
  readonly peer: SocketView | undefined
  readonly first: 'send' | 'receive'
}

export function Buffers({ host, socket, peer, first }: BuffersProps) {
  const { tcb } = socket
  if (tcb === null) return null
  const other = peer?.tcb
  const sendView = sequenceView(tcb.sendRuns, other?.receiveRuns ?? [])
  const receiveView = sequenceView(other?.sendRuns ?? [], tcb.receiveRuns)
  const shown = { send: isInteresting(tcb.sendRuns, 'acked'), receive: isInteresting(tcb.receiveRuns, 'read') }
  const send = (
    <Buffer
      key="send"
      host={host}
      socket={socket.id}
      side="send"
      runs={tcb.sendRuns}
      view={sendView}
      cellBytes={tcb.smss}
      usedBytes={tcb.sendBuffer.usedBytes}
      limitBytes={tcb.sendBuffer.limitBytes}
      shown={shown.send}
      marks={[
        ['una', relative(tcb.snd.una, tcb.iss)],
        ['nxt', relative(tcb.snd.nxt, tcb.iss)],
      ]}
    />
  )
  const receive = (
    <Buffer
      key="receive"
      host={host}
      socket={socket.id}
      side="receive"
      runs={tcb.receiveRuns}
      view={receiveView}
      cellBytes={other?.smss ?? tcb.rmss}
      usedBytes={tcb.receiveBuffer.usedBytes}
      limitBytes={tcb.receiveBuffer.limitBytes}
      shown={shown.receive}
      marks={[['rcvNxt', relative(tcb.rcv.nxt, tcb.irs)]]}
      edge={tcb.rcv.wnd}
    />
  )
  return <div className={styles.buffers}>{first === 'send' ? [send, receive] : [receive, send]}</div>
}

/** A buffer that never held anything is one line. */
function isInteresting(runs: readonly ByteRun[], done: 'acked' | 'read'): boolean {
  return runs.some((run) => run.kind !== done) || runs.some((run) => run.end > run.start)
}

interface BufferProps {
  readonly host: number
  readonly socket: number
  readonly side: 'send' | 'receive'
  readonly runs: readonly ByteRun[]
  readonly view: SequenceView
  readonly cellBytes: number
  readonly usedBytes: number
  readonly limitBytes: number
  readonly shown: boolean
  readonly marks: readonly (readonly [name: 'una' | 'nxt' | 'rcvNxt', seq: number])[]
  readonly edge?: number
}

function Buffer(props: BufferProps) {
  const { side, runs, view, cellBytes, usedBytes, limitBytes, shown, marks, edge } = props
  const text = useText().buffers
  if (!shown) {
    return (
      <p className={styles.empty}>
        {text[side]} <span>{text.empty}</span>
      </p>
    )
  }
  const cells = bufferCells(runs, view, WIDTH, Math.max(1, cellBytes))
  const kinds = [...new Set(runs.filter((run) => run.end > view.from).map((run) => run.kind))]
  const summary = [...kinds.map((kind) => text.kinds[kind]), ...marks.map(([name, seq]) => `${text[name]} ${seq}`)]
  return (
    <div className={`${styles.buffer} ${styles[side]}`}>
      <h3>
        {text[side]}{' '}
        <span title={text.used(grouped(usedBytes), grouped(limitBytes))}>{text.bytes(grouped(usedBytes))}</span>
      </h3>
      <p className={styles.marks}>
        {marks.map(([name, seq]) => (
          <span key={name}>
            {text[name]} <b>{seq}</b>
          </span>
        ))}
        {edge === undefined ? null : (
          <span className={styles.end}>
            {text.edge} <b>{marks[0][1] + edge}</b>
          </span>
        )}
      </p>
      <svg viewBox={`0 0 ${WIDTH} 44`} role="img" aria-label={`${text[side]}: ${summary.join(', ')}`}>
        <line className={styles.free} x1="0" x2={WIDTH} y1={TOP + HEIGHT} y2={TOP + HEIGHT} />
        {cells.map((cell) => (
          <CellShape
            key={`${cell.start}${cell.kind}`}
            cell={cell}
            host={props.host}
            socket={props.socket}
            label={text.run(text.kinds[cell.kind], cell.start, cell.end)}
          />
        ))}
        {marks.map(([name, seq]) => (
          <Pointer key={name} x={sequencePlace(view, WIDTH, seq)} />
        ))}
      </svg>
      <p className={styles.kinds}>
        {kinds.map((kind) => (
          <span key={kind} className={styles[`k_${kind}`]}>
            {text.kinds[kind]}
          </span>
        ))}
      </p>
    </div>
  )
}

function Pointer({ x }: { readonly x: number }) {
  return <path className={styles.pointer} d={`M${x} 6V${TOP + HEIGHT + 3}`} />
}

interface CellProps {
  readonly cell: Cell
  readonly host: number
  readonly socket: number
  readonly label: string
}

const CellShape = memo(function CellShape({ cell, host, socket, label }: CellProps) {
  const { kind, x, start, end } = cell
  const width = Math.max(0.6, cell.width - (cell.width > 3 ? 0.8 : 0))
  const outlined = kind === 'gap' || kind === 'retransmitted' || kind === 'lost'
  const inset = outlined ? 0.7 : 0
  return (
    <g className={styles.cell} onClick={() => store.getState().select({ kind: 'bytes', host, socket, start, end })}>
      <title>{label}</title>
      <rect
        className={styles[kind]}
        x={x + inset}
        y={TOP + inset}
        width={Math.max(0.6, width - 2 * inset)}
        height={HEIGHT - 2 * inset}
      />
      {kind === 'sacked' ? (
        <rect className={styles.sackBar} x={x} y={TOP + HEIGHT + 2} width={width} height={3} />
      ) : null}
    </g>
  )
})

/** The hatches that cells are filled with; rendered once in the page. */
export function BufferPatterns() {
  return (
    <svg width="0" height="0" className={styles.patterns} aria-hidden="true">
      <defs>
        {(['client', 'server', 'other'] as const).map((role) => (
          <pattern
            key={role}
            id={`fly-${role}`}
            width="4"
            height="4"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect width="4" height="4" className={styles[`tint_${role}`]} />
            <line x1="1" y1="0" x2="1" y2="4" className={styles[`hatch_${role}`]} />
          </pattern>
        ))}
        {(['client', 'server', 'other'] as const).map((role) => (
          <pattern key={role} id={`ooo-${role}`} width="4" height="4" patternUnits="userSpaceOnUse">
            <rect width="4" height="4" className={styles[`tint_${role}`]} />
            <path d="M0 0L4 4M4 0L0 4" className={styles[`cross_${role}`]} />
          </pattern>
        ))}
      </defs>
    </svg>
  )
}
