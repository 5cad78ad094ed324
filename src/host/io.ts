/** What a host may ask of the world that it stands in. A host owns no clock and no queue; every entry point takes this. */
import type { Micros } from '../base'
import type { Recorder } from '../trace'
import type { AnyPacket, Ipv4Address } from '../wire'

export interface HostIo {
  readonly now: Micros
  /** The caller has set `recorder.host` to this host, and `cause` where one is known. */
  readonly recorder: Recorder
  /** Hands a finished packet to the network, by an interface's way (see ip/records.ts): a link's end, or loopback. */
  send(packet: AnyPacket, way: number): void
  /** How the link of a way is now. `mtuBytes` 0 is no limit; with `icmpSilent` nothing is said of packets that are too long. */
  link(way: number): { readonly connected: boolean; readonly mtuBytes: number; readonly icmpSilent: boolean }
  /** Whether somebody at the other end of a way answers for an address. */
  neighbourAnswers(way: number, address: Ipv4Address): boolean
  /** Asks for hostNeighboursDue(host) at `at`. */
  scheduleNeighbours(host: number, at: Micros): void
  /** Asks for hostSocketDue(host, socket) at `at`. An entry may come out when its deadline has moved: that is expected. */
  scheduleSocket(host: number, socket: number, at: Micros): void
  /** Asks for hostThreadDue(host, thread) at `at`. */
  scheduleThread(host: number, thread: number, at: Micros): void
  /** The next world-wide socket number. */
  newSocketId(): number
  newThreadId(): number
}
