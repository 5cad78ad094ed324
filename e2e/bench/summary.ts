/** Percentiles of a list of times. */
export interface Summary {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly max: number
}

/** Median, 95th percentile (nearest rank) and largest, to a tenth; zeros for an empty list. */
export function summary(times: readonly number[]): Summary {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => {
    const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
    return Math.round(value * 10) / 10
  }
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) }
}
