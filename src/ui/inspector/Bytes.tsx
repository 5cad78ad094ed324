/** The bytes as a dump: sixteen in a row with their offset and their text. Pointing at one shows the field that it belongs to. */
import { useState } from 'react'
import type { PointerEvent } from 'react'
import type { Field } from '../../wire'
import { useText } from '../text'
import styles from './inspector.module.css'
import type { Span } from './span'

export interface BytesProps {
  readonly bytes: Uint8Array
  readonly fields: readonly Field[]
  readonly span: Span | null
  readonly onSpan: (span: Span | null) => void
}

const ROW = 16
const FIRST_ROWS = 10

export function Bytes({ bytes, fields, span, onSpan }: BytesProps) {
  const text = useText()
  const [all, setAll] = useState(false)
  const rows = Math.ceil(bytes.length / ROW)
  const shown = all ? rows : Math.min(rows, FIRST_ROWS)
  const point = (event: PointerEvent<HTMLElement>): void => {
    const offset = (event.target as HTMLElement).dataset.offset
    if (offset === undefined) return
    const field = fieldAt(fields, Number(offset))
    if (field !== undefined) onSpan({ start: field.start, length: field.length })
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className={styles.bytes} role="region" aria-label={text.inspector.bytes} tabIndex={0}>
      <div onPointerOver={point} onPointerDown={point}>
        {Array.from({ length: shown }, (_, row) => (
          <p key={row} className={styles.row}>
            <span className={styles.offset}>{hex(row * ROW, 4)}</span>
            <span className={styles.hex}>
              {[...bytes.subarray(row * ROW, row * ROW + ROW)].map((byte, i) => (
                <span key={i} data-offset={row * ROW + i} className={look(span, row * ROW + i)}>
                  {hex(byte, 2)}
                </span>
              ))}
            </span>
            <span className={styles.text} aria-hidden="true">
              {[...bytes.subarray(row * ROW, row * ROW + ROW)].map((byte, i) => (
                <span key={i} data-offset={row * ROW + i} className={look(span, row * ROW + i)}>
                  {byte >= 0x20 && byte < 0x7f ? String.fromCodePoint(byte) : '·'}
                </span>
              ))}
            </span>
          </p>
        ))}
      </div>
      {shown < rows ? (
        <button
          type="button"
          className={styles.more}
          onClick={() => {
            setAll(true)
          }}
        >
          {text.inspector.more(bytes.length - shown * ROW)}
        </button>
      ) : null}
    </div>
  )
}

function look(span: Span | null, offset: number): string | undefined {
  return span !== null && offset >= span.start && offset < span.start + span.length ? styles.on : undefined
}

/** The innermost field that a byte belongs to. */
function fieldAt(fields: readonly Field[], offset: number): Field | undefined {
  for (const field of fields) {
    if (offset < field.start || offset >= field.start + field.length) continue
    return fieldAt(field.children, offset) ?? field
  }
  return undefined
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
