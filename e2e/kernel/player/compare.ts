/** Two runs of one script, on the kernel and on a host of ours: do they come to the same, and did the same packets leave? */
import type { Played } from '../../../src/packetdrill'

/** The first difference in words; undefined when there is none. */
export function firstDifference(kernel: Played, ours: Played): string | undefined {
  if (kernel.result !== ours.result) return `the kernel: ${outcome(kernel)}; ours: ${outcome(ours)}`
  const [theirs, mine] = [sent(kernel), sent(ours)]
  for (let i = 0; i < Math.min(theirs.length, mine.length); i++) {
    if (theirs[i] !== mine[i]) return `packet ${i + 1}, the kernel sent: ${theirs[i]}; ours: ${mine[i]}`
  }
  return undefined
}

function outcome({ result, line, message }: Played): string {
  return result === 'pass' ? 'pass' : `${result} ${line}: ${message}`
}

/** Packets of the ladder without their time and without what is a matter of the clock. */
function sent({ ladder }: Played): string[] {
  return ladder
    .map((line) => line.trim().replace(/^[\d.]+\s+/, ''))
    .filter((line) => line.startsWith('> '))
    .map((line) => line.replace(/TS val \d+ ecr \d+/g, 'TS'))
}
