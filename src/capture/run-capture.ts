/** A whole run as a capture: an interface for each host, each packet as it left its host. What the wire did to it afterwards is not in it. */
import type { Micros } from '../base'
import { writePcapng } from './pcapng-write'

export interface RunPacket {
  readonly at: Micros
  /** Place in `hosts`. */
  readonly host: number
  readonly header: Uint8Array
  readonly payload: Uint8Array
}

export interface RunMeta {
  readonly title: string
  readonly seed: number
  readonly hosts: readonly { readonly name: string; readonly address: string }[]
}

/** The bytes of a pcapng file. Its comment says how to make it again. */
export function captureRun(packets: readonly RunPacket[], { title, seed, hosts }: RunMeta): Uint8Array {
  return writePcapng(
    packets.map(({ at, host, header, payload }) => ({ at, interface: host, bytes: wholePacket(header, payload) })),
    {
      application: 'TCPScope',
      comment: `${title}; seed ${seed}`,
      interfaces: hosts.map(({ name, address }) => ({ name, description: address })),
    },
  )
}

export function wholePacket(header: Uint8Array, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(header.length + payload.length)
  bytes.set(header)
  bytes.set(payload, header.length)
  return bytes
}
