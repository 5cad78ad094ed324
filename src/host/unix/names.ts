/**
 * The names that Unix sockets are bound to: paths of files, which outlive their sockets until someone unlinks them, and abstract names (with a leading `@`), which
 * do not. Linux unix_bind_bsd, unix_bind_abstract, unix_find_other. The file system is a few directories; nothing but sockets is in it. Left out: permissions,
 * autobind.
 */
import type { Errno } from '../../trace'
import { failed, returned } from '../calls/context'
import type { Outcome } from '../calls/context'
import type { HostIo } from '../io'
import type { Host, Socket } from '../records'
import type { UnixState } from './records'

const DIRECTORIES: ReadonlySet<string> = new Set(['', '/tmp', '/run', '/var/run', '/var/tmp'])

/** What the namespace has for a path whose socket is gone. */
const DEAD = -1

function isAbstract(path: string): boolean {
  return path.startsWith('@')
}

function directoryExists(path: string): boolean {
  return isAbstract(path) || !path.includes('/') || DIRECTORIES.has(path.slice(0, path.lastIndexOf('/')))
}

/** Gives a socket its name; '' or why not. */
export function bindPath(host: Host, socket: Socket, unix: UnixState, path: string, io: HostIo): Errno | '' {
  if (unix.path !== '') return 'EINVAL'
  if (!directoryExists(path)) return 'ENOENT'
  if (host.unixPaths.has(path)) return 'EADDRINUSE'
  host.unixPaths.set(path, socket.id)
  unix.path = path
  io.recorder.emit('unix/bound', 'unixBind', io.recorder.text(path))
  return ''
}

/** unlink(2): the name is free again. Who is connected stays so; who has the name open cannot be found by it any more. */
export function unlink(host: Host, path: string, io: HostIo): Outcome {
  if (isAbstract(path) || !host.unixPaths.has(path)) return failed('ENOENT')
  host.unixPaths.delete(path)
  io.recorder.emit('unix/unlinked', 'unixUnlink', io.recorder.text(path))
  return returned(0)
}

/** The socket is gone: its file stays, an abstract name does not. */
export function forgetName(host: Host, socket: Socket, { path }: UnixState): void {
  if (host.unixPaths.get(path) !== socket.id) return
  if (isAbstract(path)) host.unixPaths.delete(path)
  else host.unixPaths.set(path, DEAD)
}

/** The socket that has a name, or why there is none: no such file, nobody behind it any more, or one of another type. */
export function findByPath(host: Host, path: string, type: UnixState['type']): Socket | Errno {
  const id = host.unixPaths.get(path)
  if (id === undefined) return isAbstract(path) ? 'ECONNREFUSED' : 'ENOENT'
  const found = id === DEAD ? undefined : host.sockets.get(id)
  if (found?.unix === undefined) return 'ECONNREFUSED'
  return found.unix.type === type ? found : 'EPROTOTYPE'
}
