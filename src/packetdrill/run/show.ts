/** A packet as a script would write it, for messages and for the ladder. */
import { ACK, AE, CWR, ECE, FIN, PSH, RST, SYN, URG } from '../../wire'
import type { OptionItem } from '../syntax'
import { showOptions } from './wire-options'

/** A packet in the script's numbers. */
export interface ShownPacket {
  readonly flags: number
  readonly seq: number
  readonly length: number
  readonly ack: number
  readonly window: number
  readonly urgent: number
  readonly tos: number
  readonly options: readonly OptionItem[]
}

const LETTERS: readonly (readonly [bit: number, letter: string])[] = [
  [SYN, 'S'],
  [FIN, 'F'],
  [RST, 'R'],
  [ECE, 'E'],
  [CWR, 'W'],
  [AE, 'A'],
  [PSH, 'P'],
  [URG, 'U'],
  [ACK, '.'],
]
const ECN_NAMES = ['noecn', 'ect1', 'ect0', 'ce']

export function showFlags(flags: number): string {
  const letters = LETTERS.filter(([bit]) => flags & bit).map(([, letter]) => letter)
  return letters.length === 0 ? '-' : letters.join('')
}

/** `P. 1:1001(1000) ack 1 win 257 <nop,nop,TS val 1 ecr 2>` */
export function showPacket(packet: ShownPacket): string {
  const { flags, seq, length, ack, window, urgent, tos, options } = packet
  const parts = [showFlags(flags), `${seq}:${(seq + length) >>> 0}(${length})`]
  if ((tos & 3) !== 0) parts.unshift(`[${ECN_NAMES[tos & 3]}]`)
  if (flags & ACK) parts.push(`ack ${ack}`)
  parts.push(`win ${window}`)
  if (flags & URG) parts.push(`urg ${urgent}`)
  if (options.length > 0) parts.push(`<${showOptions(options)}>`)
  return parts.join(' ')
}
