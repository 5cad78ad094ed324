/** What buttons and keys of the transport do. A seek that is still under way is followed by the latest place asked for, and by no other. */
import { store } from '../../store'
import type { SeekTarget, StepUnit } from '../../trace'

export const SLOWEST = 1 / 10_000
export const FASTEST = 100

export async function togglePlay(): Promise<void> {
  const { client, playing, idle, pace, snapshot, end } = store.getState()
  if (playing) {
    await client.pause()
    return
  }
  const atEnd = snapshot !== null && snapshot.position.step >= end.step
  if (idle && atEnd && end.step > 0) await client.seek({ to: 'start' })
  await client.play(pace)
}

export async function stepBy(unit: StepUnit, direction: 1 | -1): Promise<void> {
  await store.getState().client.stepBy(unit, direction)
  narratePosition()
}

let wanted: SeekTarget | null = null
let seeking = false

export async function seekTo(target: SeekTarget): Promise<void> {
  wanted = target
  if (seeking) return
  seeking = true
  while (wanted !== null) {
    const next: SeekTarget = wanted
    wanted = null
    // One after the other on purpose: the worker should not be asked for places that the hand has already left.
    // oxlint-disable-next-line no-await-in-loop
    await store.getState().client.seek(next)
  }
  seeking = false
}

export async function jump(target: SeekTarget): Promise<void> {
  const { client, playing } = store.getState()
  if (playing) await client.pause()
  await client.seek(target)
  narratePosition()
}

/** One notch slower or faster on the logarithmic scale: 1, 2, 5, 10. */
export function changePace(direction: 1 | -1): void {
  const { pace, setPace } = store.getState()
  const next =
    direction > 0 ? NOTCHES.find((notch) => notch > pace * 1.01) : NOTCHES.findLast((notch) => notch < pace * 0.99)
  setPace(next ?? (direction > 0 ? FASTEST : SLOWEST))
}

const NOTCHES: readonly number[] = [-4, -3, -2, -1, 0, 1]
  .flatMap((power) => [1, 2, 5].map((n) => n * 10 ** power))
  .concat([100])

/** The frame with the new position comes just after the reply. */
const FRAME_MS = 50

function narratePosition(): void {
  setTimeout(() => store.getState().narrate(), FRAME_MS)
}
