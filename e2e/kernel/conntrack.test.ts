/**
 * Our connection tracking beside a real Linux kernel's: the same segments go through our hooks and through a kernel that routes between two TUN devices, and
 * what conntrack says of each (NEW, ESTABLISHED, INVALID), the state and the timeout that it keeps then must be the same.
 */
import { describe, expect, test } from 'vitest'
import { createPrng, nextInt } from '../../src/base'
import type { Prng } from '../../src/base'
import { filterBench, flowsOf, routed, tcpPacket } from '../../src/testing/filter-bench'
import type { SegmentWords } from '../../src/testing/filter-bench'
import { packetBytes } from '../../src/wire'
import { askRouter, routerUnavailable } from './router'
import type { RouterAnswer } from './router'
import { kernelUnavailable } from './wire'

const SCRIPTS = 300
const STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED']
const OUT = '192.168.1.10:40000 > 198.51.100.7:80'
const BACK = '198.51.100.7:80 > 192.168.1.10:40000'

interface Step {
  readonly from: 'eth0' | 'eth1'
  readonly flags: string
  readonly words: SegmentWords
}

type Answer = RouterAnswer['scripts'][number][number]

/** What either end may say; a SYN-ACK comes from the side that was called. */
const KINDS = {
  eth0: ['S', 'A', 'A', 'PA', 'PA', 'FA', 'R', 'RA', 'F', 'PA', 'A'],
  eth1: ['SA', 'A', 'A', 'PA', 'PA', 'FA', 'R', 'RA', 'F', 'PA', 'A'],
}

/** 0: an odd sequence number; 1: an odd acknowledgment; more: as they should be. */
const SOUND = 2

/** A conversation that begins well and then mostly makes sense: an end's numbers go on where they were, and now and then they do not. */
function conversation(prng: Prng): Step[] {
  const next = { eth0: 1_000, eth1: 500_000 }
  const steps: Step[] = []
  const say = (from: 'eth0' | 'eth1', flags: string, odd: number): void => {
    const peer = from === 'eth0' ? 'eth1' : 'eth0'
    const seq = next[from] + (odd === 0 ? [-20, 5, 70_000, 200_000, -70_000][nextInt(prng, 5)] : 0)
    const ack = next[peer] + (odd === 1 ? [-5, -70_000, 100_000][nextInt(prng, 3)] : 0)
    const bytes = flags.includes('P') ? 10 : 0
    const window = nextInt(prng, 12) === 0 ? 0 : 60_000
    const options = flags.startsWith('S') && nextInt(prng, 2) === 0 ? { windowScale: 3, sackPermitted: true } : {}
    const isFirst = flags === 'R' || flags === 'S' || flags === 'F' || flags === ''
    steps.push({ from, flags, words: { seq, ack: isFirst ? 0 : ack, bytes, window, options } })
    if (odd !== 0) next[from] += bytes + (/[SF]/.test(flags) ? 1 : 0)
  }
  say('eth0', 'S', SOUND)
  say('eth1', 'SA', SOUND)
  if (nextInt(prng, 3) > 0) say('eth0', 'A', SOUND)
  for (let i = 0; i < 7; i++) {
    const from = nextInt(prng, 2) === 0 ? 'eth0' : 'eth1'
    say(from, KINDS[from][nextInt(prng, KINDS[from].length)], nextInt(prng, 8))
  }
  return steps
}

/** The rules that mark what comes out with the state that conntrack gave it. */
const MARKS = STATES.map(
  (state, i) => `-t mangle -A FORWARD -m conntrack --ctstate ${state} -j DSCP --set-dscp ${i + 1}`,
)

function told({ eth0, eth1, flows }: Answer): string {
  const packet = eth0[0] ?? eth1[0]
  const state = packet === undefined ? 'lost' : STATES[(Number.parseInt(packet.slice(2, 4), 16) >> 2) - 1]
  const entries = flows.map((line) => {
    const [, seconds, name] = /tcp +6 (\d+) (\w+)/.exec(line) ?? []
    const mark = line.includes('ASSURED') ? ' assured' : line.includes('UNREPLIED') ? ' unreplied' : ''
    return `tcp ${name} ${seconds}${mark}`
  })
  return [state, ...entries].join(', ')
}

function ours(steps: readonly Step[]): string[] {
  const bench = filterBench(
    STATES.map((state) => `-A FORWARD -m conntrack --ctstate ${state} -m comment --comment ${state} -j ACCEPT`),
  )
  return steps.map(({ from, flags, words }) => {
    const before = counts(bench)
    const packet = tcpPacket(bench, from === 'eth0' ? OUT : BACK, flags, words)
    const { word } = routed(bench, packet, from, from === 'eth0' ? 'eth1' : 'eth0')
    const state = STATES[counts(bench).findIndex((count, i) => count > before[i])]
    return [word === 'accept' ? state : word, ...flowsOf(bench)].join(', ')
  })
}

function counts({ netfilter }: ReturnType<typeof filterBench>): number[] {
  return (
    netfilter.tables
      .get('filter')
      ?.get('FORWARD')
      ?.rules.map(({ packets }) => packets) ?? []
  )
}

/** A second may have passed on the kernel's clock. */
function alike(a: string, b: string): boolean {
  const split = (text: string): [string, number] => [text.replace(/ \d+/, ''), Number(/ (\d+)/.exec(text)?.[1] ?? 0)]
  const [words, seconds] = split(a)
  const [otherWords, otherSeconds] = split(b)
  return words === otherWords && Math.abs(seconds - otherSeconds) <= 2
}

const reason = kernelUnavailable() ?? routerUnavailable()
const name = 'connection tracking beside a real kernel'

describe.skipIf(reason !== undefined)(reason === undefined ? name : `${name} (skipped: ${reason})`, () => {
  test('judges every segment of random conversations alike, and keeps the same entry', { timeout: 120_000 }, () => {
    const prng = createPrng(20_261, 'conntrack conversations')
    const conversations = Array.from({ length: SCRIPTS }, () => conversation(prng))
    const bench = filterBench([])
    const scripts = conversations.map((steps) =>
      steps.map(({ from, flags, words }) => ({
        from,
        packet: Buffer.from(packetBytes(tcpPacket(bench, from === 'eth0' ? OUT : BACK, flags, words))).toString('hex'),
      })),
    )
    const { scripts: answers } = askRouter({ sysctl: {}, rules: MARKS, scripts })
    const differences: string[] = []
    for (const [i, steps] of conversations.entries()) {
      const mine = ours(steps)
      const at = mine.findIndex((line, step) => !alike(line, told(answers[i][step])))
      if (at === -1) continue
      const story = steps
        .slice(0, at + 1)
        .map(
          ({ from, flags, words }, step) =>
            `  ${from} ${flags} ${words.seq}:${words.bytes} ack ${words.ack} win ${words.window}  ours ${mine[step]} | kernel ${told(answers[i][step])}`,
        )
      differences.push([`conversation ${i}`, ...story].join('\n'))
    }
    expect(differences.join('\n')).toBe('')
  })
})
