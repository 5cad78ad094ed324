/** What a person can do to a world, as data. A session is its document plus a list of these with their positions. */
import type { Micros } from '../base'
import type { Call } from './calls'
import type { LinkSettings } from './link-settings'
import type { SignalName } from './signals'

export type PacketOrder = 'lose' | 'delay' | 'duplicate' | 'corrupt' | 'hold' | 'release'

export type Action =
  /** A system call made by hand, on a new thread of the host's process `pid`. */
  | { readonly kind: 'call'; readonly host: number; readonly pid: number; readonly call: Call }
  /** A signal to a blocked thread: its call returns EINTR. */
  | { readonly kind: 'interrupt'; readonly host: number; readonly thread: number }
  | { readonly kind: 'packet'; readonly packet: number; readonly order: PacketOrder; readonly delayMicros?: Micros }
  | {
      readonly kind: 'link'
      readonly link: number
      readonly direction: 'aToB' | 'bToA' | 'both'
      readonly settings: Partial<LinkSettings>
    }
  | { readonly kind: 'plug'; readonly link: number; readonly connected: boolean }
  /** Power off: all state of the host is gone, nothing is sent. */
  | { readonly kind: 'crash'; readonly host: number }
  /** Power on again, with empty tables and no programs. */
  | { readonly kind: 'restart'; readonly host: number }
  | { readonly kind: 'sysctl'; readonly host: number; readonly name: string; readonly value: number | string }
  /** `kill` in a shell of the host. */
  | { readonly kind: 'signal'; readonly host: number; readonly pid: number; readonly signal: SignalName }
  /** A process of its own for a person to work in, with no descriptors. */
  | { readonly kind: 'spawn'; readonly host: number }
  /** A line for `iptables`, or one that begins with `conntrack`. */
  | { readonly kind: 'firewall'; readonly host: number; readonly line: string }
  /** Starts a ready-made program in a process of its own; `settings` by name, a client's server as an address. */
  | {
      readonly kind: 'attach'
      readonly host: number
      readonly program: string
      readonly settings: Readonly<Record<string, number | string>>
    }

/** An action and where it was done: after `step` dispatches, with the clock at `at`. */
export interface Command {
  readonly step: number
  readonly at: Micros
  readonly action: Action
}
