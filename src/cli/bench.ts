/**
 * `bench`: runs a workload of the engine and prints its figures as one JSON object. Absolute times belong to the machine
 * they were taken on; compare two runs made back to back.
 */
import { performance } from 'node:perf_hooks'
import { findWorkload, toWorldSpec, WORKLOADS } from '../scenario'
import { createRecorder, createWorld, dispatchNext } from '../sim'
import { createTrace } from '../trace'
import { readChoice, readCount, readWords } from './args'
import { CommandError } from './command-error'

export function benchCommand(words: readonly string[]): void {
  const { positionals, values } = readWords(words, ['recorder', 'bytes', 'flows', 'congestion'])
  const [id, ...rest] = positionals
  const known = WORKLOADS.join(', ')
  if (id === undefined) throw new CommandError(`bench needs a workload: one of ${known}.`)
  if (rest.length > 0) throw new CommandError(`bench takes one workload; "${rest[0]}" is one word too many.`)
  const recorder = readChoice('recorder', values['recorder'], ['on', 'off'], 'on')
  const document = findWorkload(id, {
    bytes: readCount('bytes', values['bytes'], 100_000_000_000),
    flows: readCount('flows', values['flows'], 100_000),
    congestion: readChoice('congestion', values['congestion'], ['cubic', 'reno', 'bbr', 'bbr3'] as const, 'cubic'),
  })
  if (document === undefined) throw new CommandError(`There is no workload "${id}"; there are ${known}.`)

  const spec = toWorldSpec(document)
  const trace = createTrace()
  const recording = createRecorder(trace, recorder === 'on')
  const began = performance.now()
  const world = createWorld(spec, recording)
  while (dispatchNext(world)) continue
  const wallSeconds = (performance.now() - began) / 1_000
  const { packets, events } = world.state.recorder
  process.stdout.write(
    `${JSON.stringify({
      id,
      packets,
      events,
      steps: world.state.step,
      wallSeconds: round(wallSeconds, 3),
      packetsPerSecond: Math.round(packets / wallSeconds),
      eventsPerSecond: Math.round(events / wallSeconds),
      simulatedSeconds: round(world.state.now / 1_000_000, 3),
      recorder,
      congestion: spec.hosts[0].sysctl.tcp_congestion_control ?? 'cubic',
      peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1_024),
    })}\n`,
  )
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
