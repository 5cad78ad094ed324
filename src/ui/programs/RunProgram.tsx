/** The button that offers ready-made programs for a host; the library is fetched when it is opened. */
import { lazy, Suspense } from 'react'
import type { HostView } from '../../trace'
import { Popover } from '../menu'
import { useText } from '../text'

const Picker = lazy(async () => ({ default: (await import('./Picker')).Picker }))

interface Props {
  readonly host: HostView
  readonly hosts: readonly HostView[]
  readonly className?: string
}

export function RunProgram({ host, hosts, className }: Props) {
  const text = useText().programs
  return (
    <Popover
      kind="dialog"
      name={text.picker(host.name)}
      title={text.runTitle(host.name)}
      className={className}
      button={text.run}
      wide
    >
      {(close) => (
        <Suspense>
          <Picker host={host} hosts={hosts} onDone={close} />
        </Suspense>
      )}
    </Popover>
  )
}
