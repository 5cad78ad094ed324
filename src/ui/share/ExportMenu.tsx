/** What a session can be saved as. */
import type { ExportFormat } from '../../trace'
import { menuStyles, Popover } from '../menu'
import { useText } from '../text'
import { saveExport } from './files'

const FORMATS: readonly ExportFormat[] = ['pcapng', 'session', 'events']

export function ExportMenu({ className, button }: { readonly className?: string; readonly button: React.ReactNode }) {
  const text = useText()
  return (
    <Popover kind="menu" name={text.bar.export} className={className} button={button}>
      {(close) => <ExportItems onDone={close} />}
    </Popover>
  )
}

export function ExportItems({ onDone }: { readonly onDone: () => void }) {
  const text = useText()
  return FORMATS.map((format) => (
    <button
      key={format}
      type="button"
      className={menuStyles.item}
      onClick={() => {
        onDone()
        void saveExport(format)
      }}
    >
      {text.exports[format]}
    </button>
  ))
}
