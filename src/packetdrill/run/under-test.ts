/**
 * What a script is played against: a host of ours in virtual time (machine.ts), or a real kernel behind a TUN device in real time
 * (e2e/kernel/player). The runner plans, compares and numbers; all that it asks of the machine is here.
 */
import type { Micros } from '../../base'
import type { CallOutput } from '../../trace'
import type { IcmpMessage, Ipv4Header, Packet, TcpSegment } from '../../wire'
import type { CallLine, ShellLine } from '../syntax'

export interface SentPacket {
  readonly at: Micros
  readonly packet: Packet
  /** IPv4 and TCP header as they were on the wire, where they came from a foreign stack: with its order of options and its padding. */
  readonly header?: Uint8Array
}

export interface Answer {
  /** A descriptor's number is the kernel's choice and only mapped. */
  readonly kind: 'value' | 'descriptor'
  readonly value: number
  readonly errno: string
  /** What else the script says of the outcome; throws a Failure. */
  readonly check?: () => void
}

export interface Made {
  /** Undefined while it blocks. */
  readonly answer: () => Answer | undefined
  /** When it returned, where the host knows better than the clock. */
  readonly returnedAt?: () => Micros | undefined
  /** What the call wrote through its pointers, where the machine is a host of ours. */
  readonly output?: () => CallOutput | undefined
}

export interface UnderTest {
  /** The script's clock, from 0. */
  readonly now: Micros
  /** What was sent and the script has not looked at yet. */
  readonly sent: SentPacket[]
  /**
   * How far beyond the script's tolerance something may come and only be remarked upon: a machine in real time is late when others keep it busy.
   * 0 for ours.
   */
  readonly slackMicros: Micros
  /** Called after everything that the machine did by itself. */
  onProgress: () => void
  /** Lets everything happen that is due before `to`, then sets the clock to it. */
  readonly advanceTo: (to: Micros) => void
  /** Goes on until something holds, or until `limit`, included; tells which. The clock stands at the event that made it hold. */
  readonly awaitThat: (limit: Micros, holds: () => boolean) => boolean
  /** A packet of the script's arrives now. */
  readonly inject: (ip: Ipv4Header, segment: TcpSegment) => void
  readonly injectIcmp: (ip: Ipv4Header, icmp: IcmpMessage) => void
  /** Makes a call of the script's; throws a Failure where it cannot be made. */
  readonly perform: (line: number, call: CallLine) => Made
  readonly shell: (line: ShellLine) => void
  /** tcp_info of the connection under test by the kernel's names; undefined without one. */
  readonly info: () => Readonly<Record<string, number>> | undefined
}

/** Goes on until the machine has sent something that was not looked at, or until `limit`, included; tells which. */
export function awaitPacket(machine: UnderTest, limit: Micros): boolean {
  return machine.awaitThat(limit, () => machine.sent.length > 0)
}
