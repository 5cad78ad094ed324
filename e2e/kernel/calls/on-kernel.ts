/** Plays of src/conformance/calls on this kernel: helper.py in a namespace of its own, several of them at a time, because a play mostly waits. */
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Answer, Play } from '../../../src/conformance'
import { LINUX_SYSCTL } from '../../../src/trace'
import { namespaceFlags } from '../wire'

const HELPER = fileURLToPath(new URL('./helper.py', import.meta.url))
/** Real time that the kernel is given after each move, ms: a network without delay is quiet long before. */
const SETTLE_MS = 25
/** All helpers are ended after this long. */
const LIMIT_SECONDS = 300

/** Why calls cannot be compared with a kernel here; undefined when they can. */
export function callsUnavailable(): string | undefined {
  const flags = namespaceFlags()
  const trial = 'ip link add b0 type veth peer name a0 && ss -tan && python3 --version'
  const probe = spawnSync('timeout', ['5', 'unshare', ...flags, 'sh', '-c', trial], { encoding: 'utf8' })
  if (probe.status === 0) return undefined
  return `a network namespace with a veth pair, python3 and iproute2 is needed: ${(probe.stderr || 'unshare failed').trim()}`
}

export type OnKernel = readonly Answer[] | { readonly error: string }

/** The answers to every play, in their order. */
export async function playOnKernel(plays: readonly Play[], workers = 8): Promise<OnKernel[]> {
  const answers: OnKernel[] = []
  let next = 0
  const work = async (): Promise<void> => {
    const args = ['-k', '5', String(LIMIT_SECONDS), 'unshare', ...namespaceFlags(), 'python3', '-B', HELPER]
    const child = spawn('timeout', args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    while (next < plays.length) {
      const index = next++
      child.stdin.write(`${JSON.stringify(orderFor(plays[index]))}\n`)
      const line = await lines.next()
      if (line.done === true) throw new Error('The helper ended before its time.')
      const said = JSON.parse(line.value) as { readonly answers: Answer[] } | { readonly error: string }
      answers[index] = 'error' in said ? said : said.answers
    }
    child.stdin.end()
  }
  await Promise.all(Array.from({ length: Math.min(workers, plays.length) }, work))
  return answers
}

function orderFor({ sysctl, moves }: Play) {
  const settings = { A: { ...LINUX_SYSCTL, ...sysctl?.A }, B: { ...LINUX_SYSCTL, ...sysctl?.B } }
  return { sysctl: settings, settleMs: SETTLE_MS, moves }
}
