/**
 * How ss lays out a table: each column as wide as its widest cell, what is left of a terminal's width shared out among the columns. Compared with iproute2 6.1 in
 * e2e/kernel/texts.test.ts. Leaves out what ss does on a terminal that is too narrow.
 */
export interface Column {
  readonly header: string
  readonly align: 'left' | 'right'
  /** Before the cell. */
  readonly gap: string
}

export const ADDRESS_COLUMNS: readonly Column[] = [
  { header: 'Local Address:', align: 'right', gap: ' ' },
  { header: 'Port', align: 'left', gap: '' },
  { header: 'Peer Address:', align: 'right', gap: ' ' },
  { header: 'Port', align: 'left', gap: '' },
  { header: 'Process', align: 'left', gap: '' },
]

/** Rows of cells as lines of one width; `terminal` is its width in characters, undefined for a pipe or a file. */
export function layOut(
  shown: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: number | undefined,
): string[] {
  // The first has nothing before it.
  const columns = shown.map((column, i) => (i === 0 ? { ...column, gap: '' } : column))
  const widths = columns.map(
    ({ gap }, column) => gap.length + rows.reduce((most, cells) => Math.max(most, cells[column].length), 0),
  )
  if (terminal !== undefined) shareOut(widths, terminal)
  return rows.map((cells) => {
    const parts = cells.map((cell, i) => {
      const { gap, align } = columns[i]
      const room = widths[i] - gap.length
      return gap + (align === 'right' ? cell.padStart(room) : cell.padEnd(room))
    })
    return parts.join('').trimEnd()
  })
}

/** The rest goes to all alike that hold anything, and what does not divide to the last. */
function shareOut(widths: number[], terminal: number): void {
  let left = terminal - widths.reduce((sum, width) => sum + width, 0)
  let sharers = widths.filter((width) => width > 0).length
  if (left <= 0) return
  for (let i = 0; i < widths.length; i++) {
    if (widths[i] === 0) continue
    const share = Math.floor(left / sharers--)
    widths[i] += share
    left -= share
  }
}
