/** Each kind of REJECT, met in INPUT of the other end and in one's own OUTPUT: connect() returns the errno that a real Linux kernel returns. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseScenario, toWorldSpec } from '../../src/scenario'
import { createSession, runUntil } from '../../src/sim'
import { readEvent } from '../../src/trace'
import { routerUnavailable } from './router'
import { kernelUnavailable, namespaceFlags } from './wire'

function kernelLines(): string[] {
  const script = fileURLToPath(new URL('./reject.py', import.meta.url))
  const { stdout, stderr } = spawnSync('timeout', ['60', 'unshare', ...namespaceFlags(), 'python3', script], {
    encoding: 'utf8',
  })
  if (stdout === '') throw new Error(stderr)
  return stdout.trim().split('\n')
}

function oursLine(line: string): string {
  const [chain, kind] = line.split(' ')
  const firewall = [`-A ${chain} -p tcp --dport 80 -j REJECT --reject-with ${kind}`]
  const steps = [
    { call: 'socket', as: 's' },
    { call: 'connect', fd: 's', address: 'b', port: 80 },
  ]
  const a = { name: 'a', programs: [{ name: 'p', steps }], firewall: chain === 'OUTPUT' ? firewall : [] }
  const hosts = [a, { name: 'b', firewall: chain === 'INPUT' ? firewall : [] }]
  const parsed = parseScenario(JSON.stringify({ version: 1, id: 'x', title: 'X', hosts }))
  if (!parsed.ok) throw new Error(parsed.error)
  const session = createSession(toWorldSpec(parsed.value))
  runUntil(session, 1_000_000)
  const { trace } = session.branch
  for (let i = 0; i < trace.events.count; i++) {
    const event = readEvent(trace, i)
    if (event.type === 'host/returned' && event.call.startsWith('connect')) return `${chain} ${kind} ${event.errno}`
  }
  return `${chain} ${kind} blocked`
}

const reason = kernelUnavailable() ?? routerUnavailable()
const name = 'REJECT beside a real kernel'

describe.skipIf(reason !== undefined)(reason === undefined ? name : `${name} (skipped: ${reason})`, () => {
  test('each kind ends connect() with the same errno', { timeout: 90_000 }, () => {
    const lines = kernelLines()
    expect(lines).toHaveLength(16)
    expect(lines.map(oursLine)).toEqual(lines)
  })
})
