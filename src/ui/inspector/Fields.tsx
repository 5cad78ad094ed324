/** The tree of fields. A field that is pointed at, or has the focus, shows its bytes. */
import type { Field, FieldLayer } from '../../wire'
import { useText } from '../text'
import styles from './inspector.module.css'
import type { Span } from './span'

export interface FieldsProps {
  readonly fields: readonly Field[]
  readonly span: Span | null
  readonly onSpan: (span: Span | null) => void
}

const LAYERS: readonly FieldLayer[] = ['ip', 'tcp', 'udp', 'icmp', 'options', 'payload']

export function Fields({ fields, span, onSpan }: FieldsProps) {
  const text = useText()
  return (
    <div className={styles.fields} role="group" aria-label={text.inspector.fields}>
      {LAYERS.map((layer) => {
        const own = fields.filter((field) => field.layer === layer)
        if (own.length === 0) return null
        // A layer that comes as one field with parts gives its parts; its own value is the heading's.
        const whole = own.length === 1 && own[0].children.length > 0 ? own[0] : undefined
        return (
          <details key={layer} open={layer !== 'ip'}>
            <summary>
              {text.inspector.layers[layer]}
              {whole === undefined ? null : <code>{whole.value}</code>}
            </summary>
            <FieldRows fields={whole?.children ?? own} depth={0} span={span} onSpan={onSpan} />
          </details>
        )
      })}
    </div>
  )
}

function FieldRows({ fields, depth, span, onSpan }: FieldsProps & { readonly depth: number }) {
  const text = useText()
  return (
    <ul>
      {fields.map((field) => {
        const own: Span = { start: field.start, length: field.length }
        const show = (): void => {
          onSpan(own)
        }
        return (
          <li key={`${field.start}.${field.bits?.first ?? 0}.${field.name}`}>
            <button
              type="button"
              className={`${styles.field} ${covers(span, own) ? styles.on : ''}`}
              style={{ paddingLeft: 12 + depth * 14 }}
              aria-label={text.inspector.field(field.name, field.value)}
              onPointerEnter={show}
              onFocus={show}
              onClick={show}
            >
              <span className={styles.name}>{field.name}</span>
              <code>{field.value}</code>
            </button>
            {field.children.length > 0 ? (
              <FieldRows fields={field.children} depth={depth + 1} span={span} onSpan={onSpan} />
            ) : null}
          </li>
        )
      })}
    </ul>
  )
}

function covers(span: Span | null, own: Span): boolean {
  return span !== null && span.start === own.start && span.length === own.length
}
