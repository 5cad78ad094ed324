import { describe, expect, test } from 'vitest'
import { findWorkload, parseScenario, serializeScenario, toWorldSpec, WORKLOADS } from '.'

/** Bytes that all programs together send, loops counted. */
function bytesSent(steps: readonly unknown[]): number {
  let sum = 0
  for (const step of steps as readonly { repeat?: number; steps?: unknown[]; call?: string; bytes?: number }[]) {
    if (step.steps !== undefined && typeof step.repeat === 'number') sum += step.repeat * bytesSent(step.steps)
    if (step.call === 'send') sum += step.bytes ?? 0
  }
  return sum
}

describe('a workload', () => {
  test.each(WORKLOADS)('%s sends the bytes it says, over one link', (id) => {
    const document = findWorkload(id)
    if (document === undefined) throw new Error(`no workload ${id}`)
    const spec = toWorldSpec(document)
    const sent = spec.hosts[0].programs.reduce((sum, program) => sum + bytesSent(program.steps), 0)
    expect(sent).toBe(id === 'fast' || id === 'pipe' ? 1_000_000_000 : 100_000_000)
    expect(spec.hosts[1].programs.length).toBe(spec.hosts[0].programs.length + 1)
    expect(spec.links[0].aToB.delayMicros).toBe(20_000)
    expect(spec.links[0].aToB.loss).toBe(id === 'lossy' ? 0.01 : 0)
  })

  test('can be cut short, split into flows and run under Reno', () => {
    const document = findWorkload('bulk', { bytes: 2_500_000_000, flows: 1, congestion: 'reno' })
    if (document === undefined) throw new Error('no workload bulk')
    expect(parseScenario(serializeScenario(document)).ok).toBe(true)
    const spec = toWorldSpec(document)
    expect(bytesSent(spec.hosts[0].programs[0].steps)).toBe(2_500_000_000)
    expect(spec.hosts[0].sysctl.tcp_congestion_control).toBe('reno')
    const many = findWorkload('many', { flows: 10, bytes: 1_000 })
    expect(many?.hosts[0].programs?.map((program) => bytesSent('steps' in program ? program.steps : []))).toEqual(
      Array(10).fill(1_000),
    )
  })

  test('of an unknown name is none', () => {
    expect(findWorkload('slow')).toBeUndefined()
  })
})
