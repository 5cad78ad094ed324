/** What page and worker say to each other. Plain data; typed arrays in a TraceDelta are transferred, not copied. */
import type { Micros } from '../base'
import type { Action, Command } from './command'
import type { TraceDelta } from './columns'
import type { TextLine } from './report'
import type { Position, Snapshot, TcpInfo } from './snapshot'

export type StepUnit = 'event' | 'packet' | 'state'

export type SeekTarget =
  | { readonly to: 'start' }
  | { readonly to: 'end' }
  | { readonly to: 'step'; readonly step: number }
  /** The state after the dispatch that recorded this event. */
  | { readonly to: 'event'; readonly event: number }
  | { readonly to: 'time'; readonly at: Micros }

export type SessionSource =
  | { readonly kind: 'scenario'; readonly id: string }
  /** A document or a session file, as text. */
  | { readonly kind: 'document'; readonly text: string; readonly name: string }
  /** The part of an address after `#`. */
  | { readonly kind: 'link'; readonly hash: string }

export type ExportFormat = 'pcapng' | 'session' | 'events'

/** Requests carry an id, and each is answered by exactly one `reply` or `failed` with that id; `drawn` alone has no answer. */
export type ToWorker = { readonly id: number } &
  /** The last frame is on the screen: the page is ready for the next one. */
  (
    | { readonly type: 'drawn' }
    | { readonly type: 'load'; readonly source: SessionSource }
    | { readonly type: 'play'; readonly speed: number }
    | { readonly type: 'pause' }
    | { readonly type: 'seek'; readonly target: SeekTarget }
    | { readonly type: 'stepBy'; readonly unit: StepUnit; readonly direction: 1 | -1 }
    /** Onward until this thread makes its next call. */
    | { readonly type: 'stepThread'; readonly thread: number }
    /** Acts at the present position; in the past that makes a branch. */
    | { readonly type: 'act'; readonly action: Action }
    | { readonly type: 'switchBranch'; readonly branch: number }
    | { readonly type: 'renameBranch'; readonly branch: number; readonly name: string }
    | { readonly type: 'deleteBranch'; readonly branch: number }
    /** The bytes of one packet, header and payload, as it was on the wire. */
    | { readonly type: 'packetBytes'; readonly packet: number }
    /** The numbers of getsockopt(TCP_INFO) of some sockets, at the present position. */
    | { readonly type: 'tcpInfo'; readonly sockets: readonly number[] }
    /** What a command such as `ss -tan` prints on a host, at the present position. */
    | { readonly type: 'hostText'; readonly host: number; readonly command: string }
    /** The session as the part of a link after `#`. */
    | { readonly type: 'share' }
    | { readonly type: 'export'; readonly format: ExportFormat }
  )

export interface BranchView {
  readonly id: number
  readonly name: string
  /** -1 for the first. */
  readonly parent: number
  readonly forkStep: number
  readonly forkAt: Micros
  readonly steps: number
  readonly events: number
}

/** What does not change while a session is open. */
export interface SessionInfo {
  readonly scenario: string
  readonly title: string
  readonly summary: string
  readonly hint: string
  readonly watch: readonly string[]
  readonly focus: 'states' | 'queues' | 'congestion' | 'everything'
  readonly seed: number
  readonly hosts: readonly {
    readonly name: string
    readonly address: string
    readonly role: 'client' | 'server' | 'other'
  }[]
}

export type Reply =
  | { readonly kind: 'done' }
  | { readonly kind: 'loaded'; readonly info: SessionInfo; readonly notice: string }
  | { readonly kind: 'packetBytes'; readonly bytes: Uint8Array; readonly headerLength: number }
  /** One for each socket that was asked for; null for one that has no connection. */
  | { readonly kind: 'tcpInfo'; readonly infos: readonly (TcpInfo | null)[] }
  /** `error`, one sentence, for a command that is not understood; '' else. */
  | { readonly kind: 'hostText'; readonly lines: readonly TextLine[]; readonly error: string }
  | { readonly kind: 'share'; readonly hash: string }
  | { readonly kind: 'export'; readonly name: string; readonly mime: string; readonly bytes: Uint8Array }

export interface FrameMessage {
  readonly type: 'frame'
  /** Grows when the trace below starts from nothing: the page drops what it has. */
  readonly epoch: number
  readonly branch: number
  readonly branches: readonly BranchView[]
  readonly playing: boolean
  readonly speed: number
  readonly snapshot: Snapshot
  readonly delta: TraceDelta
  /** Event count at each dispatch end that the delta covers, ascending: where the position may stand. */
  readonly dispatchEnds: Uint32Array
  /** End of what was run so far on this branch: the scrubber's right edge. */
  readonly end: Position
  /** Idle time jumped over since the last frame, 0 for none. */
  readonly skippedMicros: Micros
  readonly commands: readonly Command[]
  /** Nothing is pending and nothing can happen without a person. */
  readonly idle: boolean
}

export type FromWorker =
  | { readonly type: 'ready' }
  | FrameMessage
  | { readonly type: 'reply'; readonly id: number; readonly reply: Reply }
  | { readonly type: 'failed'; readonly id: number; readonly sentence: string }
  /** An assertion of ours broke; the session up to the last good step can still be saved. */
  | {
      readonly type: 'crashed'
      readonly sentence: string
      readonly seed: number
      readonly event: number
      readonly session: string
    }
