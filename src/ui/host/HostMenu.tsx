/** The button to what is done to a whole host; what it opens is fetched then. */
import { lazy, Suspense } from 'react'
import type { HostView } from '../../trace'
import { Popover } from '../menu'
import { useText } from '../text'
import styles from './host.module.css'

const HostActions = lazy(async () => ({ default: (await import('./HostActions')).HostActions }))

export function HostMenu({ host }: { readonly host: HostView }) {
  const text = useText().host
  return (
    <Popover
      kind="menu"
      name={text.menu(host.name)}
      label={text.menu(host.name)}
      className={styles.dots}
      button="⋯"
      wide
    >
      {(close) => (
        <Suspense>
          <HostActions host={host} onDone={close} />
        </Suspense>
      )}
    </Popover>
  )
}
