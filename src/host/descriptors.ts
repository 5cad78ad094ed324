/** Descriptor tables and open files: numbers are given lowest first, as POSIX asks. */
import { present } from '../base'
import type { HostIo } from './io'
import { MAX_DESCRIPTORS } from './records'
import type { Host, OpenFile, Process, Socket, SpecialFile } from './records'

/** The lowest free descriptor; -1 when the table is full. */
export function freeDescriptor(process: Process): number {
  let fd = process.noneFreeBelow
  while (process.descriptors.has(fd)) fd++
  process.noneFreeBelow = fd
  return fd < MAX_DESCRIPTORS ? fd : -1
}

/** Opens `fd` on a socket that has no file yet. */
export function openDescriptor(
  host: Host,
  process: Process,
  fd: number,
  socket: Socket,
  nonblock: boolean,
  io: HostIo,
): void {
  const file: OpenFile = {
    id: host.nextFile++,
    socket: socket.id,
    special: undefined,
    watchers: [],
    nonblock,
    references: 1,
  }
  host.files.set(file.id, file)
  process.descriptors.set(fd, file.id)
  socket.file = file.id
  if (socket.tcb !== undefined) socket.tcb.attached = true
  const before = io.recorder.socket
  io.recorder.socket = socket.id
  io.recorder.emit('host/descriptorOpened', 'descriptor', fd, process.pid)
  io.recorder.socket = before
}

/** Opens `fd` on a new file that is no socket. */
export function openSpecial(
  host: Host,
  process: Process,
  fd: number,
  special: SpecialFile,
  nonblock: boolean,
  io: HostIo,
): void {
  const id = host.nextFile++
  host.files.set(id, { id, socket: -1, special, watchers: [], nonblock, references: 1 })
  process.descriptors.set(fd, id)
  io.recorder.emit('host/descriptorOpened', 'descriptor', fd, process.pid)
}

/** Takes a descriptor out of the table; its number is free again. */
export function freeNumber(process: Process, fd: number): void {
  process.descriptors.delete(fd)
  process.noneFreeBelow = Math.min(process.noneFreeBelow, fd)
}

export function fileOf(host: Host, process: Process, fd: number): OpenFile | undefined {
  const id = process.descriptors.get(fd)
  return id === undefined ? undefined : host.files.get(id)
}

export function socketOf(host: Host, file: OpenFile): Socket {
  return present(host.sockets.get(file.socket), `socket ${file.socket} of open file ${file.id}`)
}
