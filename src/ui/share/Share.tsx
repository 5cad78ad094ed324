/** Sharing: the link is copied at once and shown; where it is too long for chat tools, the page says so and offers the file. */
import { useState } from 'react'
import { store } from '../../store'
import { menuStyles, Popover } from '../menu'
import { useText } from '../text'
import { saveExport } from './files'
import styles from './share.module.css'

/** Chat tools cut longer links. */
const MOST_FOR_CHAT = 2_000

interface Shared {
  readonly link: string
  readonly copied: boolean
}

export function Share({ className }: { readonly className?: string }) {
  const text = useText()
  const [shared, setShared] = useState<Shared | null>(null)
  const opened = async (): Promise<void> => {
    setShared(null)
    const hash = await store.getState().client.share()
    if (hash === undefined) return
    const link = `${location.origin}${location.pathname}#${hash}`
    setShared({ link, copied: await copy(link) })
  }
  return (
    <Popover
      kind="dialog"
      name={text.share.title}
      className={className}
      button={text.bar.share}
      wide
      onOpen={() => void opened()}
    >
      {() => (shared === null ? null : <Result shared={shared} />)}
    </Popover>
  )
}

function Result({ shared }: { readonly shared: Shared }) {
  const text = useText().share
  const { link, copied } = shared
  const long = link.length > MOST_FOR_CHAT
  return (
    <div className={styles.share}>
      <output>{copied ? (long ? text.tooLong(link.length) : text.copied) : text.notCopied}</output>
      <input
        readOnly
        aria-label={text.field}
        value={link}
        onFocus={(event) => {
          event.currentTarget.select()
        }}
      />
      <button type="button" className={menuStyles.primary} onClick={() => void saveExport('session')}>
        {text.saveFile}
      </button>
    </div>
  )
}

async function copy(link: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(link)
    return true
  } catch {
    return false
  }
}
