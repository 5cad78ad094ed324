/** Makes runs: what all have in common, and the run of a script on a host of ours. */
import { parseIpv4 } from '../../wire'
import type { CallLine, Script } from '../syntax'
import { CALLS } from './call-table'
import { noteReturn } from './calls'
import { unsupportedAt } from './failure'
import { tcbUnderTest } from './find'
import { advanceTo, awaitThat, createMachine, inject, injectIcmp } from './machine'
import type { Machine } from './machine'
import type { HostRun, Run } from './run'
import { runShell } from './shell'
import { scriptNumbers } from './script-numbers'
import type { Made, UnderTest } from './under-test'

const FIRST_REMOTE_PORT = 40_001

/** A run at its beginning. What the machine does from now on is noticed. */
export function createRun<M extends UnderTest>(script: Script, machine: M): Run & { readonly machine: M } {
  const run: Run & { readonly machine: M } = {
    script,
    machine,
    localAddress: parseIpv4(script.options.localIp) ?? 0,
    remoteAddress: parseIpv4(script.options.remoteIp) ?? 0,
    descriptors: new Map(),
    sockets: [],
    underTest: undefined,
    nextRemotePort: FIRST_REMOTE_PORT,
    pending: undefined,
    finishedAt: 0,
    variables: new Map(),
    ladder: [],
    notes: [],
    untimely: [],
  }
  machine.onProgress = () => {
    noteReturn(run)
  }
  return run
}

export function createHostRun(script: Script): HostRun {
  const { localIp, mtu, mss } = script.options
  const sysctl = { ...(mtu === undefined ? {} : { mtu }), ...(mss === undefined ? {} : { gro_mss: mss }) }
  const machine = createMachine({ name: 'host', address: localIp, role: 'other', sysctl, programs: [] })
  const part: Pick<HostRun, 'kept' | 'files' | 'countersThen'> = {
    kept: new Map(),
    files: new Set(),
    countersThen: new Map(),
  }
  const run: HostRun = Object.assign(
    createRun(
      script,
      underTest(machine, () => run),
    ),
    part,
  )
  return run
}

/** A host of ours as the runner sees it. */
function underTest(machine: Machine, run: () => HostRun): HostRun['machine'] {
  const asUnderTest: Omit<UnderTest, keyof Machine> = {
    slackMicros: 0,
    advanceTo: (to) => advanceTo(machine, to),
    awaitThat: (limit, holds) => awaitThat(machine, limit, holds),
    inject: (ip, segment) => inject(machine, ip, segment),
    injectIcmp: (ip, icmp) => injectIcmp(machine, ip, icmp),
    perform: (line, call) => perform(run(), line, call),
    shell: (line) => runShell(run(), line),
    info: () => {
      const tcb = tcbUnderTest(run())
      return tcb && scriptNumbers(tcb, machine.now, machine.host.sysctl)
    },
  }
  return Object.assign(machine, asUnderTest)
}

function perform(run: HostRun, line: number, call: CallLine): Made {
  const known = Object.hasOwn(CALLS, call.name) ? CALLS[call.name] : undefined
  return known === undefined ? unsupportedAt(line, `the call ${call.name}() is not played`) : known(run, line, call)
}
