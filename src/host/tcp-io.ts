/**
 * What connections get of their host: IP output, counters, the accept queue's door. One object serves every connection in
 * turn, pointed at the host whose turn it is, because one made for each segment would be garbage by the million; it
 * holds nothing between two calls, so it is no part of the state.
 */
import type { Micros } from '../base'
import { dontFragment } from '../tcp'
import type { Tcb, TcpIo, WakeUp } from '../tcp'
import { POLL_EVENTS as E } from '../trace'
import type { Recorder, SendPurpose, Sysctl } from '../trace'
import type { TcpSegment } from '../wire'
import { admit } from './admit'
import { count } from './counters'
import type { HostIo } from './io'
import { output } from './output'
import { WAKE_ALL } from './records'
import type { Host } from './records'

/** The keys of the wake-ups: sock_def_readable, sk_stream_write_space, sock_def_wakeup, sock_def_error_report. */
const WAKE_KEYS: Readonly<Record<WakeUp, number>> = {
  data: E.IN | E.PRI | E.RDNORM | E.RDBAND,
  space: E.OUT | E.WRNORM | E.WRBAND,
  state: WAKE_ALL,
  error: E.ERR,
}

/** The TcpIo of `host`; use it before asking for another. */
export function tcpIo(host: Host, io: HostIo): TcpIo {
  if (bound === undefined) {
    bound = new BoundIo(host, io)
  } else {
    bound.host = host
    bound.io = io
    bound.now = io.now
    bound.sysctl = host.sysctl
    bound.recorder = io.recorder
  }
  return bound
}

let bound: BoundIo | undefined

class BoundIo implements TcpIo {
  now: Micros
  sysctl: Readonly<Sysctl>
  recorder: Recorder
  host: Host
  io: HostIo

  constructor(host: Host, io: HostIo) {
    this.host = host
    this.io = io
    this.now = io.now
    this.sysctl = host.sysctl
    this.recorder = io.recorder
  }

  count(counter: string, by = 1): void {
    count(this.host, counter, by)
  }

  transmit(tcb: Tcb, segment: TcpSegment, purpose: SendPurpose): number {
    const socket = this.host.sockets.get(tcb.socket)
    const identification = socket === undefined ? 0 : socket.identification++ & 0xffff
    // A user's TOS and TCP's own ECN bits.
    const tos = (socket?.options.tos ?? 0) | tcb.ecn.codepoint
    const envelope = {
      src: tcb.local.address,
      dst: tcb.remote.address,
      identification,
      tos,
      dontFragment: dontFragment(tcb),
    }
    return output(this.host, this.io, tcb.socket, envelope, segment, purpose)
  }

  admit(tcb: Tcb): 'accept' | 'drop' | 'reset' {
    return admit(this.host, tcb)
  }

  wake(tcb: Tcb, what: WakeUp): void {
    const socket = this.host.sockets.get(tcb.socket)
    if (socket === undefined) return
    socket.changedBy = this.recorder.cause
    const key = WAKE_KEYS[what]
    socket.woken = key === WAKE_ALL || socket.woken === WAKE_ALL ? WAKE_ALL : socket.woken | key
  }
}
