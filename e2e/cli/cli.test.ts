/** The command line as a person or a script meets it: exit codes, sentences, formats. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tcpscope } from '../tools/tcpscope'

const folder = mkdtempSync(join(tmpdir(), 'tcpscope-cli-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('scenarios are listed one to a line, id and title', async () => {
  const { status, stdout } = await tcpscope('scenarios')
  expect(status).toBe(0)
  const lines = stdout.trim().split('\n')
  expect(lines.length).toBeGreaterThanOrEqual(21)
  for (const line of lines) expect(line).toMatch(/^[a-z0-9-]+ {2,}\S.*$/)
})

test('a summary has the fields that scripts rely on, and the same hash every time', async () => {
  const first = await tcpscope('run', 'three-way-handshake')
  expect(first.status).toBe(0)
  const summary = JSON.parse(first.stdout) as Record<string, unknown>
  for (const field of ['scenario', 'seed', 'events', 'simulatedMicros', 'traceHash', 'statesVisited', 'sockets']) {
    expect(summary).toHaveProperty(field)
  }
  expect(summary['traceHash']).toMatch(/^[0-9a-f]{16}$/)
  expect((await tcpscope('run', 'three-way-handshake', '--format', 'summary')).stdout).toBe(first.stdout)
})

test('the ladder names each packet in the one-line notation', async () => {
  const { stdout } = await tcpscope('run', 'three-way-handshake', '--format', 'ladder')
  const [syn, synAck, ack] = stdout.split('\n')
  expect(syn).toMatch(/client > server {2}SYN seq 0 win 64240 <mss 1460,sackOK,TS val \d+ ecr 0,nop,wscale 10>/)
  expect(synAck).toMatch(
    /server > client {2}SYN,ACK seq 0 ack 1 win 65160 <mss 1460,sackOK,TS val \d+ ecr \d+,nop,wscale 10>/,
  )
  expect(ack).toMatch(/client > server {2}ACK seq 1 ack 1 win 63 /)
})

test('a summary carries what ss -tan prints on each host, and text prints any tool on one host or on all', async () => {
  const { stdout } = await tcpscope('run', 'accept-queue-full', '--until', '500ms')
  const { ss } = JSON.parse(stdout) as { ss: Record<string, string[]> }
  expect(ss['server'][0]).toMatch(/^State +Recv-Q Send-Q Local Address:Port +Peer Address:Port/)
  expect(ss['server'][1]).toMatch(/^LISTEN +3 +2 /)
  const text = ['run', 'accept-queue-full', '--until', '500ms', '--format', 'text']
  const all = await tcpscope(...text, '--command', 'ss -ltn')
  expect(all.stdout.match(/^\w+\$ ss -ltn$/gm)).toEqual(['client$ ss -ltn', 'server$ ss -ltn'])
  const one = await tcpscope(...text, '--host', 'server')
  expect(one.stdout.trimEnd().split('\n')).toEqual(ss['server'])
  const nobody = await tcpscope(...text, '--host', 'printer')
  expect([nobody.status, nobody.stderr]).toEqual([2, 'There is no host "printer"; there are client, server.\n'])
  const wrong = await tcpscope(...text, '--command', 'ss -q')
  expect([wrong.status, wrong.stderr.split(';')[0]]).toEqual([2, "ss: invalid option -- 'q'"])
})

test('events are one JSON object a line, in order, each with its cause', async () => {
  const { stdout } = await tcpscope('run', 'three-way-handshake', '--format', 'events', '--until', '200ms')
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { index: number; at: number; cause: number })
  events.forEach((event, index) => {
    expect(event.index).toBe(index)
    expect(event.cause).toBeLessThan(index)
    expect(event.at).toBeLessThanOrEqual(200_000)
  })
})

test('--until stops the clock there', async () => {
  const { stdout } = await tcpscope('run', 'keepalive-dead-peer', '--until', '3s')
  expect((JSON.parse(stdout) as { simulatedMicros: number }).simulatedMicros).toBe(3_000_000)
})

test.each([
  [['run'], /needs a scenario/],
  [['run', 'no-such-scenario'], /"no-such-scenario"/],
  [['run', 'three-way-handshake', '--until', 'soon'], /--until .*"soon"/],
  [['run', 'three-way-handshake', '--format', 'pretty'], /--format .*"pretty"/],
  [['run', 'three-way-handshake', '--colour', 'red'], /--colour/],
  [['run', 'three-way-handshake', 'four-way-close'], /one word too many/],
  [['run', '#1.not-a-link'], /link/],
  [['bench', 'marathon'], /"marathon"/],
  [['bench', 'bulk', '--bytes', '-4'], /--bytes/],
  [['dance'], /"dance"/],
] as const)('tcpscope %j: exit 2 and one sentence', async (words, sentence) => {
  const { status, stdout, stderr } = await tcpscope(...words)
  expect(stderr).toMatch(sentence)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stdout).toBe('')
  expect(status).toBe(2)
})

test('a file that is no scenario is refused by name and place', async () => {
  const file = join(folder, 'broken.json')
  writeFileSync(file, JSON.stringify({ version: 1, id: 'x', title: 'x', hosts: [{ name: 'a', programs: 7 }] }))
  const { status, stderr } = await tcpscope('run', file)
  expect(status).toBe(2)
  expect(stderr).toContain('broken.json')
  expect(stderr).toContain('hosts[0].programs')
})

test('bench prints one JSON object with its figures', async () => {
  const { status, stdout } = await tcpscope('bench', 'bulk', '--bytes', '200000', '--recorder', 'off')
  expect(status).toBe(0)
  const figures = JSON.parse(stdout) as Record<string, unknown>
  for (const field of ['id', 'packets', 'events', 'wallSeconds', 'packetsPerSecond', 'recorder', 'peakRssMiB']) {
    expect(figures).toHaveProperty(field)
  }
  expect(figures['packets']).toBeGreaterThan(138)
})
