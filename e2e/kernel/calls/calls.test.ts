/** The calls of src/conformance/calls on a real kernel: it does, move by move, what our hosts do, but for what the table owns up to. */
import { describe, expect, test } from 'vitest'
import { CALL_DEPARTURES, callCells, merged, playOf, TRUTHS } from '../../../src/conformance'
import type { Answer, Move, Play } from '../../../src/conformance'
import { playOnHosts } from '../../../src/testing/call-play'
import { callsUnavailable, playOnKernel } from './on-kernel'
import type { OnKernel } from './on-kernel'

/** Real time may get between two moves: what differs is played again. */
const TRIES = 3
const LIMIT_MS = 280_000

const missing = callsUnavailable()
if (missing !== undefined) console.log(`Not run: calls on the kernel: ${missing}`)

describe.skipIf(missing !== undefined)('calls on the kernel', () => {
  test(
    'every call in every situation does what it does on Linux',
    async () => {
      expect(await differences(callCells().map(({ play }) => play))).toEqual([])
    },
    LIMIT_MS,
  )

  test(
    "the truth tables are Linux's own",
    async () => {
      expect(await differences(TRUTHS.map(playOf))).toEqual([])
    },
    LIMIT_MS,
  )
})

/** What differs, in all of so many tries, as text. */
async function differences(plays: readonly Play[]): Promise<string[]> {
  let wrong = plays.map((play) => ({ play, told: [''] }))
  for (let i = 0; i < TRIES && wrong.length > 0; i++) {
    const kernel = await playOnKernel(wrong.map(({ play }) => play))
    wrong = wrong.flatMap(({ play }, at) => {
      const told = compare(play, kernel[at])
      return told.length === 0 ? [] : [{ play, told }]
    })
  }
  return wrong.flatMap(({ told }) => told)
}

function compare({ name, moves, ...play }: Play, kernel: OnKernel): string[] {
  if ('error' in kernel) return [`${name}: ${kernel.error}`]
  const departure = CALL_DEPARTURES[name]
  const ours = playOnHosts({ ...play, name, moves })
  return moves.flatMap((move, i) => {
    const [here, there] = [ours[i], kernel[i]].map((answer) => textOf(move, answer))
    // The call itself and the look after it.
    if (here === there || (departure !== undefined && i >= moves.length - 2)) return []
    return [`${name}: move ${i + 1}, ${nameOf(move)}: ours ${here}, the kernel's ${there}`]
  })
}

/** Of a look only what it found counts: what is sent meanwhile, like ACKs that are delayed, depends on the hour. */
function textOf(move: Move, { says, sends }: Answer): string {
  return 'call' in move ? `${says} [${merged(sends.filter((segment) => segment !== 'ACK')).join('; ')}]` : says
}

function nameOf(move: Move): string {
  if ('call' in move) return move.call.call
  return 'look' in move ? 'ss' : JSON.stringify(move)
}
