/**
 * Pipes: pipe(2), and splice(2) between a pipe and a socket (fs/pipe.c, fs/splice.c). A pipe is a ring of 16 buffers of a page each. What is in them is
 * not kept: nobody but splice() reads a pipe here, and a host sends its pattern by the stream's offset.
 */
import type { Pipe } from './records'

/** PIPE_DEF_BUFFERS. */
export const PIPE_BUFFERS = 16
const PAGE_BYTES = 4_096

export function pipeLength({ buffers }: Pipe): number {
  return buffers.reduce((sum, length) => sum + length, 0)
}

/** How many bytes fit, a page to a buffer. */
export function pipeRoom({ buffers }: Pipe): number {
  return (PIPE_BUFFERS - buffers.length) * PAGE_BYTES
}

/** Puts bytes in, as many as fit; returns how many. */
export function fillPipe(pipe: Pipe, bytes: number): number {
  let left = Math.min(bytes, pipeRoom(pipe))
  const taken = left
  for (; left > 0; left -= PAGE_BYTES) pipe.buffers.push(Math.min(left, PAGE_BYTES))
  return taken
}

/** Takes bytes out, oldest first; returns how many. */
export function drainPipe(pipe: Pipe, bytes: number): number {
  let left = bytes
  while (left > 0 && pipe.buffers.length > 0) {
    const first = pipe.buffers[0]
    if (first > left) {
      pipe.buffers[0] = first - left
      return bytes
    }
    pipe.buffers.shift()
    left -= first
  }
  return bytes - left
}
