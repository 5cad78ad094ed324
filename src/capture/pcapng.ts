/**
 * What the pcapng writer and reader share: the shape of a capture, and the numbers of the format
 * (IETF draft-ietf-opsawg-pcapng; block and option codes by its sections 4.1 to 4.3).
 */
import type { Micros } from '../base'

/** Packets begin with their IP header. */
export const LINKTYPE_RAW = 101

export const BLOCK_SECTION = 0x0a0d0d0a
export const BLOCK_INTERFACE = 1
export const BLOCK_SIMPLE_PACKET = 3
export const BLOCK_PACKET = 6
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d

export const OPTION_END = 0
export const OPTION_COMMENT = 1
/** In an interface block. */
export const OPTION_INTERFACE_NAME = 2
export const OPTION_INTERFACE_DESCRIPTION = 3
export const OPTION_TIME_RESOLUTION = 9
/** In a section block. */
export const OPTION_APPLICATION = 4

export interface CaptureInterface {
  readonly name: string
  readonly description: string
}

export interface CaptureMeta {
  /** The program that wrote the file. */
  readonly application: string
  /** Scenario and seed, so that the file says how to make it again. */
  readonly comment: string
  readonly interfaces: readonly CaptureInterface[]
}

export interface CapturedFrame {
  /** Virtual time; the world begins at the epoch. */
  readonly at: Micros
  /** From the IP header on. */
  readonly bytes: Uint8Array
  /** Place in the list of interfaces. */
  readonly interface: number
  readonly comment?: string | undefined
}
