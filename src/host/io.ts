/** What a host may ask of the world that it stands in. A host owns no clock and no queue; every entry point takes this. */
import type { Micros } from '../base'
import type { Recorder } from '../trace'
import type { AnyPacket } from '../wire'

export interface HostIo {
  readonly now: Micros
  /** The caller has set `recorder.host` to this host, and `cause` where one is known. */
  readonly recorder: Recorder
  /** Hands a finished packet to the network. */
  send(packet: AnyPacket): void
  /** Asks for hostSocketDue(host, socket) at `at`. An entry may come out when its deadline has moved: that is expected. */
  scheduleSocket(host: number, socket: number, at: Micros): void
  /** Asks for hostThreadDue(host, thread) at `at`. */
  scheduleThread(host: number, thread: number, at: Micros): void
  /** The next world-wide socket number. */
  newSocketId(): number
  newThreadId(): number
}
