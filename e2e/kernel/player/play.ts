/** One script on the real kernel, with how long it may take. */
import { runScript } from '../../../src/packetdrill'
import type { Played, Script } from '../../../src/packetdrill'
import { createKernelRun } from './machine'
import type { KernelRun } from './machine'

/** For starting, for what comes late, and for ending. */
const SPARE_SECONDS = 20

/** Plays the script in a namespace of its own; one that would last longer than `maxSeconds` is unsupported. */
export function playOnKernel(path: string, text: string, helper: string, maxSeconds: number): Played {
  let opened: KernelRun | undefined
  let tooLong = 0
  try {
    return runScript(path, text, (script) => {
      const seconds = lastsSeconds(script)
      if (seconds > maxSeconds) {
        tooLong = seconds
        throw new Error('too long')
      }
      opened = createKernelRun(script, helper, Math.ceil(seconds + SPARE_SECONDS))
      return opened.run
    })
  } catch (error) {
    const message = tooLong > 0 ? `lasts ${Math.round(tooLong)} s` : String(error)
    const result = tooLong > 0 ? 'unsupported' : 'fail'
    return { result, line: 0, message, event: '', ladder: [], notes: [], untimely: [] }
  } finally {
    opened?.close()
  }
}

/** How long the script's events take by themselves. */
function lastsSeconds(script: Script): number {
  let now = 0
  for (const { time } of script.events) {
    if (time.kind === 'absolute') now = Math.max(now, time.at)
    else if (time.kind === 'relative') now += time.after
    else if (time.kind === 'relativeRange') now += time.to
    else if (time.kind === 'absoluteRange') now = Math.max(now, time.to)
  }
  return now / 1_000_000
}
