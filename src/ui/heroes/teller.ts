/** The teller of the session that is shown, for sentences about its events. */
import { useMemo } from 'react'
import { useStore } from '../../store'
import { createTeller } from '../../viz'
import type { Teller } from '../../viz'
import type { Indexes } from './indexes'

export function useTeller(indexes: Indexes | null): Teller | null {
  const info = useStore((state) => state.info)
  const snapshot = useStore((state) => state.snapshot)
  return useMemo(
    () => (indexes === null || info === null ? null : createTeller(info, snapshot, indexes.trace, indexes.packets)),
    [indexes, info, snapshot],
  )
}
