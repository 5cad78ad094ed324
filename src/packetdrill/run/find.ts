/** The host's records behind a script's numbers: the socket of a descriptor, the TCB of the connection under test. */
import type { Host } from '../../host'
import type { Tcb } from '../../tcp'
import { PID } from './machine'
import type { HostRun as Run, TestSocket } from './run'

export type HostSocket = Host['sockets'] extends Map<number, infer S> ? S : never
type OpenFile = Host['files'] extends Map<number, infer F> ? F : never

export function fileOf(run: Run, fd: number): OpenFile | undefined {
  const { host } = run.machine
  const file = host.processes.get(PID)?.descriptors.get(fd)
  return file === undefined ? undefined : host.files.get(file)
}

/** The host's socket of one of the host's descriptors. */
export function socketOfFd(run: Run, fd: number): HostSocket | undefined {
  const file = fileOf(run, fd)
  return file === undefined ? undefined : run.machine.host.sockets.get(file.socket)
}

/** The connection's socket: by its descriptor, or by its ports while nobody has accepted it. */
export function hostSocketOf(run: Run, socket: TestSocket): HostSocket | undefined {
  if (socket.fd !== -1) return socketOfFd(run, socket.fd)
  for (const candidate of run.machine.host.sockets.values()) {
    if (candidate.remote.port === socket.remotePort && candidate.local.port === socket.localPort) return candidate
  }
  return undefined
}

export function tcbUnderTest(run: Run): Tcb | undefined {
  return run.underTest === undefined ? undefined : hostSocketOf(run, run.underTest)?.tcb
}
