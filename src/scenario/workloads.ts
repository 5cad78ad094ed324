/**
 * The workloads that speed is measured by, as documents. Sizes can be cut for a quick run; what a packet costs does not depend
 * on them. Receivers have buffers large enough that the network, and not they, sets the pace.
 */
import type { HostDocument, LinkSettingsDocument, ProgramDocument, ScenarioDocument, StepDocument } from './document'

export const WORKLOADS = ['bulk', 'lossy', 'fast', 'pipe', 'many'] as const
type WorkloadId = (typeof WORKLOADS)[number]

interface WorkloadSizes {
  /** Bytes of each flow. */
  readonly bytes?: number
  readonly flows?: number
  readonly congestion?: 'reno' | 'cubic' | 'bbr' | 'bbr3'
}

interface Workload {
  readonly title: string
  /** Of each flow. */
  readonly bytes: number
  readonly flows: number
  readonly link: LinkSettingsDocument
}

const PLANS: Readonly<Record<WorkloadId, Workload>> = {
  bulk: {
    title: 'One flow of 100 MB over 10 Mbit/s',
    bytes: 100_000_000,
    flows: 1,
    link: { rate: '10Mbit', delay: '20ms', queue: 100 },
  },
  lossy: {
    title: 'One flow of 100 MB over 10 Mbit/s, 1 % lost',
    bytes: 100_000_000,
    flows: 1,
    link: { rate: '10Mbit', delay: '20ms', queue: 100, loss: 0.01 },
  },
  fast: {
    title: 'One flow of 1 GB over 1 Gbit/s',
    bytes: 1_000_000_000,
    flows: 1,
    link: { rate: '1Gbit', delay: '20ms', queue: 100 },
  },
  pipe: {
    title: 'One flow of 1 GB over 1 Gbit/s with a queue of one bandwidth-delay product',
    bytes: 1_000_000_000,
    flows: 1,
    link: { rate: '1Gbit', delay: '20ms', queue: 3_500 },
  },
  many: {
    title: '1000 flows of 100 kB each over 100 Mbit/s',
    bytes: 100_000,
    flows: 1_000,
    link: { rate: '100Mbit', delay: '20ms', queue: 1_000 },
  },
}

/** Memory limits of a host that must never be the bottleneck, as an administrator would set them. */
const ROOMY = {
  tcp_rmem: [4_096, 33_554_432, 67_108_864],
  tcp_wmem: [4_096, 33_554_432, 67_108_864],
  somaxconn: 65_535,
  tcp_max_syn_backlog: 65_535,
}

/**
 * The document of a workload; undefined for an id that is none. Flows start within a second, spread so that no two start together.
 */
export function findWorkload(id: string, sizes: WorkloadSizes = {}): ScenarioDocument | undefined {
  const known = WORKLOADS.find((candidate) => candidate === id)
  if (known === undefined) return undefined
  const plan = PLANS[known]
  const flows = sizes.flows ?? plan.flows
  const bytes = sizes.bytes ?? plan.bytes
  const sysctl = { ...ROOMY, tcp_congestion_control: sizes.congestion ?? 'cubic' }
  return {
    version: 1,
    id: `workload-${known}`,
    title: plan.title,
    hosts: [sender(flows, bytes, sysctl), receiver(flows, sysctl)],
    links: [{ a: 'client', b: 'server', aToB: plan.link, bToA: { ...plan.link, loss: 0 } }],
  }
}

/** No single send() moves more: its result is an int. */
const MOST_PER_SEND = 1_000_000_000

function sender(flows: number, bytes: number, sysctl: HostDocument['sysctl']): HostDocument {
  const steps: StepDocument[] = [
    { call: 'socket', as: 'conn' },
    { call: 'connect', fd: 'conn', address: 'server', port: 80 },
    {
      repeat: Math.ceil(bytes / MOST_PER_SEND) - 1,
      steps: [{ call: 'send', fd: 'conn', bytes: MOST_PER_SEND }],
    },
    { call: 'send', fd: 'conn', bytes: bytes - (Math.ceil(bytes / MOST_PER_SEND) - 1) * MOST_PER_SEND },
    { call: 'close', fd: 'conn' },
  ]
  const programs = Array.from({ length: flows }, (_, flow): ProgramDocument => {
    return { name: `flow ${flow}`, start: Math.floor((flow * 1_000_000) / flows), steps }
  })
  return { name: 'client', role: 'client', sysctl, programs }
}

/** As many threads as flows: each accepts one connection and reads it to its end. */
function receiver(flows: number, sysctl: HostDocument['sysctl']): HostDocument {
  const serve: StepDocument[] = [
    { call: 'accept', fd: LISTENER, as: 'conn' },
    { repeat: 'forever', untilClosed: true, steps: [{ call: 'recv', fd: 'conn', bytes: 1_048_576 }] },
    { call: 'close', fd: 'conn' },
  ]
  const listener: ProgramDocument = {
    name: 'listener',
    steps: [
      { call: 'socket', as: 'listener' },
      { call: 'bind', fd: 'listener', port: 80 },
      { call: 'listen', fd: 'listener', backlog: 65_535 },
    ],
  }
  const threads = Array.from({ length: flows }, (_, flow): ProgramDocument => {
    return { name: `server ${flow}`, start: '1ms', steps: serve }
  })
  return { name: 'server', role: 'server', sysctl, programs: [listener, ...threads] }
}

/** The first descriptor that a process opens: threads of one process share it by number. */
const LISTENER = 3
