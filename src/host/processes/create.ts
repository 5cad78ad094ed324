/** Processes: the one that a host starts with, those that programs name, and the numbers they get. Linux copy_process, as far as a socket meets it. */
import { FIRST_FD, INIT_PID } from '../records'
import type { Disposition, Host, Process } from '../records'

/**
 * What a process of ours starts with. SIGPIPE is ignored, as a Python program or a shell with `trap '' PIPE` would leave it to its children, unless
 * the scenario says otherwise; SIGUSR1, with which a person interrupts a call, has a handler without SA_RESTART.
 */
function firstSignals(host: Host): Process['signals'] {
  const interrupting: Disposition = { action: 'handler', restart: false }
  const signals: Process['signals'] = { SIGUSR1: interrupting }
  return host.sigpipe === 'SIG_DFL' ? signals : { ...signals, SIGPIPE: { action: host.sigpipe, restart: false } }
}

/** A process with an empty table. An interactive one stays when its programs have ended. */
export function createProcess(host: Host, name: string, interactive: boolean): Process {
  const process: Process = {
    pid: host.nextPid++,
    name,
    descriptors: new Map(),
    noneFreeBelow: FIRST_FD,
    parent: INIT_PID,
    interactive,
    ended: '',
    signals: firstSignals(host),
  }
  host.processes.set(process.pid, process)
  return process
}

export function addFirstProcess(host: Host): void {
  createProcess(host, host.name, true)
}

/** The running process that a program asks for by name, made where there is none. */
export function processNamed(host: Host, name: string): Process {
  for (const process of host.processes.values()) {
    if (process.name === name && process.ended === '' && !process.interactive) return process
  }
  return createProcess(host, name, false)
}
