/** How large the panels are: for each preset its own sizes, and over them what a person dragged, kept in the browser. */
import type { Preset } from '../../store'

/** Percentages by panel id. */
export type Sizes = Readonly<Record<string, number>>

export type GroupName = 'columns' | 'rows' | 'reading' | 'stage'

const PRESET_SIZES: Readonly<Record<Preset, Readonly<Record<GroupName, Sizes>>>> = {
  everything: {
    columns: { apparatus: 65.8, side: 34.2 },
    rows: { stage: 65, details: 35 },
    reading: { diagram: 70, why: 30 },
    stage: { left: 23.2, wire: 52.8, right: 24 },
  },
  states: {
    columns: { apparatus: 58, side: 42 },
    rows: { stage: 70, details: 30 },
    reading: { diagram: 72, why: 28 },
    stage: { left: 27, wire: 45, right: 28 },
  },
  queues: {
    columns: { apparatus: 70, side: 30 },
    rows: { stage: 68, details: 32 },
    reading: { diagram: 58, why: 42 },
    stage: { left: 26, wire: 42, right: 32 },
  },
  congestion: {
    columns: { apparatus: 70, side: 30 },
    rows: { stage: 54, details: 46 },
    reading: { diagram: 58, why: 42 },
    stage: { left: 22, wire: 55, right: 23 },
  },
}

const KEY = 'tcpscope.panels.1'

type Kept = Partial<Record<string, Sizes>>

function readKept(): Kept {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return typeof kept === 'object' && kept !== null ? kept : {}
  } catch {
    return {}
  }
}

/** The sizes of a group under a preset. */
export function panelSizes(preset: Preset, group: GroupName): Sizes {
  const own = PRESET_SIZES[preset][group]
  const kept = readKept()[`${preset}/${group}`]
  if (kept === undefined) return own
  const ids = Object.keys(own)
  const sum = ids.reduce((total, id) => total + (Number.isFinite(kept[id]) ? kept[id] : Number.NaN), 0)
  return Math.abs(sum - 100) < 1 ? Object.fromEntries(ids.map((id) => [id, kept[id]])) : own
}

export function keepPanelSizes(preset: Preset, group: GroupName, sizes: Sizes): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...readKept(), [`${preset}/${group}`]: sizes }))
  } catch {
    // Without storage the sizes last as long as the page.
  }
}
