/** The button to the links; what it opens is fetched then. */
import { lazy, Suspense } from 'react'
import { Popover } from '../menu'
import { useText } from '../text'
import { Caret } from './Caret'

const LinkItems = lazy(async () => ({ default: (await import('./LinkItems')).LinkItems }))

export function LinkMenu() {
  const text = useText().links
  return (
    <Popover
      kind="dialog"
      name={text.menu}
      wide
      button={
        <>
          {text.menu} <Caret />
        </>
      }
    >
      {() => (
        <Suspense>
          <LinkItems />
        </Suspense>
      )}
    </Popover>
  )
}
