/** The teller of the session that is shown, for sentences about its events. */
import { useMemo } from 'react'
import { useStore } from '../../store'
import { createTeller } from '../../viz'
import type { Teller } from '../../viz'
import type { Indexes } from './indexes'

export function useTeller(indexes: Indexes | null): Teller | null {
  const info = useStore((state) => state.info)
  return useMemo(
    () => (indexes === null || info === null ? null : createTeller(info, indexes.trace, indexes.packets)),
    [indexes, info],
  )
}
