/** Smaller schedules: a step left out, or one that is plainer. Most promising first. */
import type { Schedule, Step } from './schedule'

export function smaller(schedule: Schedule): Schedule[] {
  const { steps, features } = schedule
  const withSteps = (next: readonly Step[]): Schedule => ({ ...schedule, steps: next })
  const half = Math.floor(steps.length / 2)
  const without = steps.map((_, i) => withSteps(steps.filter((__, j) => j !== i)))
  const plainer = steps.flatMap((step, i) => plain(step).map((it) => withSteps(steps.with(i, it))))
  const simple = { timestamps: false, sack: false, windowScale: true, mss: 1_000 }
  const barer = Object.entries(simple)
    .filter(([name, value]) => features[name as keyof typeof features] !== value)
    .map(([name, value]) => ({ ...schedule, features: { ...features, [name]: value } }))
  const halves = steps.length > 3 ? [withSteps(steps.slice(0, half)), withSteps(steps.slice(half))] : []
  return [...halves, ...without, ...barer, ...plainer]
}

function plain(step: Step): Step[] {
  const found: Step[] = []
  if (step.after !== 0 && step.after !== 60) found.push({ ...step, after: 60 })
  if (step.kind === 'call') return found
  if (step.options !== 'plain') found.push({ ...step, options: 'plain' })
  if (step.window !== 257) found.push({ ...step, window: 257 })
  if (step.length > 0) found.push({ ...step, length: 0 })
  if (step.length > 1) found.push({ ...step, length: 1 })
  if (step.seq !== 0) found.push({ ...step, seq: 0 })
  if (step.ack !== 0) found.push({ ...step, ack: 0 })
  if (step.ackOf !== 'sent') found.push({ ...step, ackOf: 'sent' })
  return found
}
