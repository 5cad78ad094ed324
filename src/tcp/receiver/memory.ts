/**
 * What received bytes cost. Linux charges a socket for the memory behind its segments (truesize), not for the bytes in them, and
 * promises a window that this memory will hold. We have no sk_buffs, so their size is reckoned: one head object of the kernel's
 * allocator (a power of two) that holds headroom, headers, payload and the 320 bytes of skb_shared_info, 256 bytes for the sk_buff itself, and
 * pages for what a head of 8 KiB does not hold. Checked against Linux 6.18 behind a TUN device, from 1 to 65000 bytes.
 * Covers tcp_win_from_space, tcp_space_from_win, tcp_space, tcp_full_space. Leaves out: memory pressure over all sockets (tcp_mem).
 */
import type { Tcb } from '../tcb'

/** Half of the memory is payload until a segment shows better (TCP_DEFAULT_SCALING_RATIO). */
export const DEFAULT_SCALING_RATIO = 128

const SK_BUFF = 256
const SHARED_INFO = 320
/** Head of every sk_buff whose data is small (skb_small_head_cache). */
const SMALL_HEAD = 640
/** Headroom, IPv4 and TCP headers, rounded with the payload to the cache line. */
const HEADERS = 104
const CACHE_LINE = 64
/** Largest head; what is left over goes into pages. */
const LARGEST_HEAD = 8_192
const PAGE = 4_096

/** Memory that a segment with this many payload bytes is charged. */
export function truesize(payload: number): number {
  const data = Math.ceil((payload + HEADERS) / CACHE_LINE) * CACHE_LINE + SHARED_INFO
  if (data <= SMALL_HEAD) return SMALL_HEAD + SK_BUFF
  let head = 1_024
  while (head < data && head < LARGEST_HEAD) head *= 2
  const beyond = payload + HEADERS + SHARED_INFO - head
  return head + SK_BUFF + (beyond > 0 && data > head ? Math.ceil(beyond / PAGE) * PAGE : 0)
}

/** Whether a head that holds `first` bytes has room for `second` more: then they cost nothing (skb_try_coalesce). */
export function fitsBehind(first: number, second: number): boolean {
  return truesize(first + second) === truesize(first) && first + second + HEADERS + SHARED_INFO <= LARGEST_HEAD
}

/** Payload that this much memory will hold. */
export function windowFromSpace(tcb: Tcb, space: number): number {
  return Math.floor((space * tcb.receive.scalingRatio) / 256)
}

/** Memory that this much payload will need. */
export function spaceFromWindow(tcb: Tcb, window: number): number {
  return Math.floor((window * 256) / tcb.receive.scalingRatio)
}

/** Payload that fits into what is left of the receive buffer; negative when it is overdrawn. */
export function freeSpace(tcb: Tcb): number {
  return windowFromSpace(tcb, tcb.config.rcvbuf - tcb.receive.memory)
}

/** Payload that fits into the whole receive buffer. */
export function fullSpace(tcb: Tcb): number {
  return windowFromSpace(tcb, tcb.config.rcvbuf)
}

/** MSS that the peer's segments can have beside the options that each carries (Linux advmss). */
export function advertisedMss(tcb: Tcb): number {
  return tcb.rmss - (tcb.negotiated.timestamps ? 12 : 0)
}
