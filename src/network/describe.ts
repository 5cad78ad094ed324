/** How a change of a link's settings is written in the trace. */
import { formatDuration } from '../base'
import type { LinkSettings } from '../trace'

/** `rate 10 Mbit/s, delay 20 ms, loss 5 %`. */
export function describeSettings(settings: Readonly<Partial<LinkSettings>>): string {
  const parts: string[] = []
  const {
    rateBitsPerSecond: rate,
    delayMicros,
    jitterMicros,
    queuePackets,
    markPackets,
    reorderMicros,
    mtuBytes,
    icmpSilent,
  } = settings
  if (rate !== undefined) parts.push(`rate ${rate === 0 ? 'unlimited' : formatRate(rate)}`)
  if (delayMicros !== undefined) parts.push(`delay ${formatDuration(delayMicros)}`)
  if (jitterMicros !== undefined) parts.push(`jitter ${formatDuration(jitterMicros)}`)
  if (queuePackets !== undefined) parts.push(`queue ${queuePackets} packets`)
  if (mtuBytes !== undefined) parts.push(mtuBytes === 0 ? 'no MTU of its own' : `MTU ${mtuBytes} bytes`)
  if (icmpSilent !== undefined) parts.push(icmpSilent === 0 ? 'ICMP passes' : 'no ICMP')
  if (markPackets !== undefined) parts.push(markPackets === 0 ? 'no marks' : `marks from ${markPackets} packets`)
  for (const chance of ['loss', 'reorder', 'duplicate', 'corrupt'] as const) {
    const value = settings[chance]
    if (value !== undefined) parts.push(`${chance} ${Number((value * 100).toPrecision(4))} %`)
  }
  if (reorderMicros !== undefined) parts.push(`reorder delay ${formatDuration(reorderMicros)}`)
  return parts.join(', ')
}

function formatRate(bitsPerSecond: number): string {
  for (const [unit, size] of [
    ['Gbit/s', 1e9],
    ['Mbit/s', 1e6],
    ['kbit/s', 1e3],
  ] as const) {
    if (bitsPerSecond >= size) return `${Number((bitsPerSecond / size).toPrecision(4))} ${unit}`
  }
  return `${bitsPerSecond} bit/s`
}
