/** The command palette with what only the shell knows: the library of scenarios, and the sheet of keys. */
import { useEffect, useMemo, useState } from 'react'
import { Palette } from '../palette'
import type { ScenarioSummary, SessionDoor } from './session-door'

interface PaletteDoorProps {
  readonly door: SessionDoor
  readonly showKeys: () => void
  readonly onClose: () => void
}

export function PaletteDoor({ door, showKeys, onClose }: PaletteDoorProps) {
  const [scenarios, setScenarios] = useState<readonly ScenarioSummary[]>([])
  useEffect(() => {
    let wanted = true
    void door.scenarios().then((list) => {
      if (wanted) setScenarios(list)
    })
    return () => {
      wanted = false
    }
  }, [door])
  const doors = useMemo(
    () => ({
      scenarios,
      openScenario: (id: string) => void door.open({ kind: 'scenario', id }),
      again: () => void door.again(),
      showKeys,
    }),
    [scenarios, door, showKeys],
  )
  return <Palette doors={doors} onClose={onClose} />
}
