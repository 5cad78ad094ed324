/** What each call of the language does: to which call of the host it comes, and what it answers. */
import { accept, bind, close, connect, getName, listen, pipe, shutdown, socket } from './calls-connection'
import { open, read, readv, recv, recvmsg, send, sendfile, sendmsg, splice, write, writev } from './calls-data'
import { fcntl, getsockopt, ioctl, setsockopt } from './calls-options'
import { epollCreate, epollCtl, epollWait, poll } from './calls-poll'
import type { Perform } from './made'

export const CALLS: Readonly<Record<string, Perform>> = {
  socket,
  bind,
  listen,
  accept,
  accept4: accept,
  connect,
  shutdown,
  close,
  read,
  readv,
  recv,
  recvfrom: recv,
  recvmsg,
  write,
  writev,
  send,
  sendto: send,
  sendmsg,
  getsockname: getName,
  getpeername: getName,
  pipe,
  pipe2: pipe,
  splice,
  open,
  sendfile,
  fcntl,
  ioctl,
  setsockopt,
  getsockopt,
  poll,
  epoll_create: epollCreate,
  epoll_create1: epollCreate,
  epoll_ctl: epollCtl,
  epoll_wait: epollWait,
  epoll_pwait: epollWait,
}
