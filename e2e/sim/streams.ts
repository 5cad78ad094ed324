/**
 * Watches what connections receive, in order: the bytes must be the very ones that the peer's program wrote, from the first on. Every send()
 * writes a pattern that depends only on its place in the stream, so a byte that came twice, from elsewhere, or not at all shows at once.
 */
import { assert, seqAdd, seqDiff } from '../../src/base'
import type { Seq32 } from '../../src/base'
import type { Host } from '../../src/host'
import { patternBytes } from '../../src/host/pattern'
import type { Tcb } from '../../src/tcp'

export interface Stream {
  readonly local: number
  readonly remote: number
  /** RCV.NXT when it was last looked at. */
  nxt: Seq32
  bytes: number
}

/** By socket number: every connection that ever received. */
export type Streams = Map<number, Stream>

/** Takes note of what has newly come in order to every connection of the host. Throws InvariantError on a wrong byte. */
export function watchStreams(host: Host, streams: Streams): void {
  for (const { tcb } of host.sockets.values()) {
    if (tcb === undefined || tcb.irs === 0 || tcb.state === 'SYN-SENT') continue
    const stream = streams.get(tcb.socket) ?? {
      local: tcb.local.port,
      remote: tcb.remote.port,
      nxt: seqAdd(tcb.irs, 1),
      bytes: 0,
    }
    streams.set(tcb.socket, stream)
    if (seqDiff(tcb.rcv.nxt, stream.nxt) > 0) take(tcb, stream, host.name)
  }
}

function take(tcb: Tcb, stream: Stream, host: string): void {
  for (const { seq, bytes } of tcb.receiveChunks) {
    const known = Math.max(0, seqDiff(stream.nxt, seq))
    if (known >= bytes.length) continue
    const fresh = bytes.subarray(known)
    const wanted = patternBytes(stream.bytes, fresh.length)
    const wrong = fresh.findIndex((byte, place) => byte !== wanted[place])
    assert(
      wrong === -1,
      `${host} socket ${tcb.socket}: byte ${stream.bytes + wrong} of the stream is not what was sent`,
    )
    stream.bytes += fresh.length
    stream.nxt = seqAdd(seq, bytes.length)
  }
}
