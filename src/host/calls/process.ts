/** dup(2), dup2(2), fork(2), _exit(2), wait(2), kill(2), sigaction(2): Linux ksys_dup3, kernel_clone, do_exit, do_wait, do_sigaction, with their errors. */
import { NEVER } from '../../base'
import type { ProcessCall } from '../../trace'
import { fileOf, freeDescriptor } from '../descriptors'
import type { HostIo } from '../io'
import { fork } from '../processes/fork'
import { deliverSignal, terminate } from '../processes/signals'
import { resolveFd } from '../program'
import { MAX_DESCRIPTORS } from '../records'
import type { OpenFile, Process } from '../records'
import { dropDescriptor } from './close'
import { failed, returned } from './context'
import type { Asking, CallOf, FileContext, Outcome } from './context'

/** RLIMIT_NPROC, for all processes of a host together, zombies too: a program that forks for ever meets EAGAIN here. */
const MOST_PROCESSES = 1_024

/** dup() and dup2(): one more number for an open file. */
export function duplicate(context: FileContext<CallOf<'dup'> | CallOf<'dup2'>>): Outcome {
  const { host, process, thread, call, fd, file, io } = context
  if (call.call === 'dup') {
    const number = freeDescriptor(process)
    if (number === -1) return failed('EMFILE')
    install(process, number, fd, file, io)
    return returned(number)
  }
  const to = resolveFd(thread, call.to)
  if (to < 0 || to >= MAX_DESCRIPTORS) return failed('EBADF')
  if (to === fd) return returned(fd)
  const there = fileOf(host, process, to)
  // The new reference first, so that the file cannot go if both are the same.
  file.references++
  if (there !== undefined) dropDescriptor(host, process, to, there, io)
  file.references--
  install(process, to, fd, file, io)
  return returned(to)
}

function install(process: Process, fd: number, from: number, file: OpenFile, io: HostIo): void {
  file.references++
  process.descriptors.set(fd, file.id)
  io.recorder.emit('host/descriptorDuplicated', 'descriptorDuplicated', fd, from, file.references, process.pid)
}

/** Calls of a process about itself and others. */
export function processCall(context: Asking<Exclude<ProcessCall, { call: 'dup' | 'dup2' }>>): Outcome {
  const { host, process, thread, call, io } = context
  switch (call.call) {
    case 'fork': {
      if (host.processes.size >= MOST_PROCESSES) return failed('EAGAIN')
      const { child, copy } = fork(host, process, thread, io)
      return { done: true, value: child.pid, errno: '', child: copy.id }
    }
    case 'exit':
      terminate(host, process, `exited ${(call.status ?? 0) & 0xff}`, io)
      return returned(0)
    case 'waitpid':
      return waitpid({ ...context, call })
    case 'kill':
      return kill({ ...context, call })
    case 'signal':
      if (call.signal === 'SIGKILL') return failed('EINVAL')
      process.signals = { ...process.signals, [call.signal]: { action: call.action, restart: call.restart === true } }
      return returned(0)
  }
}

function kill({ host, thread, call, io }: Asking<CallOf<'kill'>>): Outcome {
  const target = host.processes.get(resolveFd(thread, call.pid))
  if (target === undefined) return failed('ESRCH')
  deliverSignal(host, target, call.signal, io)
  return returned(0)
}

function waitpid({ host, process, thread, call, resumed }: Asking<CallOf<'waitpid'>>): Outcome {
  const asked = resolveFd(thread, call.pid)
  const children = [...host.processes.values()].filter(({ pid, parent }) => {
    return parent === process.pid && (asked === -1 || pid === asked)
  })
  if (children.length === 0) return failed('ECHILD')
  const zombie = children.find(({ ended }) => ended !== '')
  if (zombie !== undefined) {
    host.processes.delete(zombie.pid)
    return { done: true, value: zombie.pid, errno: '', output: { kind: 'status', status: zombie.ended } }
  }
  if (call.nohang === true) return returned(0)
  if (resumed?.interrupted === true) return failed('EINTR')
  return { done: false, reason: 'no child has ended', deadline: NEVER, progress: 0, threshold: 0 }
}
