/** A Unix socket as the page sees it. */
import type { UnixView } from '../../trace'
import type { Host } from '../records'
import type { UnixState } from './records'

const MOST_SHOWN = 64

export function viewUnix(host: Host, unix: UnixState): UnixView {
  const { type, state, path, peer, peerPath, queue, wmem, sndbuf, backlog, pending } = unix
  return {
    type,
    state,
    path,
    peer: host.sockets.has(peer) ? peer : -1,
    peerPath,
    queue: queue
      .slice(0, MOST_SHOWN)
      .map(({ path: from, payload, truesize, at }) => ({ from, bytes: payload.length, truesize, at })),
    queueLength: queue.length,
    queuedBytes: queue.reduce((sum, { payload }) => sum + payload.length, 0),
    wmem,
    sndbuf,
    backlog,
    pending: [...pending],
  }
}
