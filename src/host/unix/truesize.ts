/**
 * What Unix sockets charge for messages: memory is charged to the sender until the receiver has read it, so a slow reader stops the writer and needs no buffer of
 * its own. Sizes as x86-64 kernels have them (measured on 6.18): unix_stream_sendmsg, unix_dgram_sendmsg > sock_alloc_send_pskb > alloc_skb_with_frags.
 */

const PAGE = 4_096
/** sizeof(struct sk_buff), rounded up as the cache of them does. */
const SKB = 256
/** SKB_DATA_ALIGN(sizeof(struct skb_shared_info)). */
const SHARED_INFO = 320
const CACHE_LINE = 64
const FIRST_BUCKET = 512
/** SKB_MAX_HEAD(0), SKB_MAX_ALLOC. */
const STREAM_HEAD = PAGE - SHARED_INFO
const DATAGRAM_HEAD = 4 * PAGE - SHARED_INFO
/** UNIX_SKB_FRAGS_SZ; MAX_SKB_FRAGS pages. */
const STREAM_PAGES = 32_768
const MOST_PAGES = 17 * PAGE

/** Bytes of the longest piece that a stream makes of one write. */
export function streamPiece(sndbuf: number): number {
  return Math.min((sndbuf >> 1) - 64, STREAM_HEAD + STREAM_PAGES)
}

export function streamTruesize(length: number): number {
  if (length <= STREAM_HEAD) return head(length)
  const pages = toPages(length - STREAM_HEAD)
  return head(Math.max(0, length - pages)) + pages
}

export function messageTruesize(length: number): number {
  if (length <= DATAGRAM_HEAD) return head(length)
  const pages = toPages(Math.min(length - DATAGRAM_HEAD, MOST_PAGES))
  return head(Math.max(0, length - pages)) + pages
}

function toPages(length: number): number {
  return Math.ceil(length / PAGE) * PAGE
}

/** An sk_buff with a linear part of so many bytes. */
function head(length: number): number {
  const data = Math.ceil(length / CACHE_LINE) * CACHE_LINE + SHARED_INFO
  let piece = FIRST_BUCKET
  while (piece < data) piece *= 2
  return SKB + piece
}
