/**
 * What a datagram costs in memory while it waits: Linux charges the receiver with skb->truesize, which is the sk_buff and the whole piece of memory that
 * its data were given, and not the bytes that were sent. Sizes as x86-64 kernels have them (measured on 6.18, sent over loopback): __ip_append_data >
 * sock_alloc_send_skb. A network card's driver may give its packets other pieces.
 */

/** sizeof(struct sk_buff), rounded up as the cache of them does. */
const SKB = 256
/** SKB_DATA_ALIGN(sizeof(struct skb_shared_info)), behind every piece of data. */
const SHARED_INFO = 320
/** Room before the data: IP and UDP header (28), the link's header (16) and 15 to align it. */
const HEADERS = 59
const CACHE_LINE = 64
/** Small heads have a cache of their own (skb_small_head_cache). */
const SMALL_HEAD = 576
const FIRST_BUCKET = 1_024
/** SKB_MAX_ALLOC: what is longer is kept in pages of its own. */
const LONGEST_LINEAR = 16_064

/** Bytes that a datagram with so many bytes of data is charged for. */
export function datagramTruesize(length: number): number {
  if (length + HEADERS >= LONGEST_LINEAR) return SKB + SMALL_HEAD + length
  const data = Math.ceil((length + HEADERS) / CACHE_LINE) * CACHE_LINE + SHARED_INFO
  if (data <= SMALL_HEAD) return SKB + SMALL_HEAD
  let piece = FIRST_BUCKET
  while (piece < data) piece *= 2
  return SKB + piece
}
