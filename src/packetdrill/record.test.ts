/** Recording: a script that a run writes down holds when it is played, and says what was sent and returned. */
import { expect, test } from 'vitest'
import { runScript } from './index'
import { nextDeed, record, recordUntil, startRecording } from './record'

const HEAD = '--tcp_ts_tick_usecs=1000\n`./defaults.sh`\n'
const SYN = '< S 0:0(0) win 32792 <mss 1000,sackOK,TS val 1000 ecr 0,nop,wscale 7>'

function accepted() {
  const recording = startRecording(HEAD)
  record(recording, 'socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3')
  record(recording, 'bind(3, ..., ...) = 0')
  record(recording, 'listen(3, 1) = 0')
  record(recording, 'accept(3, ..., ...) = 4')
  record(recording, SYN)
  recordUntil(recording, 50_000)
  record(recording, '< . 1:1(0) ack 1 win 257 <nop,nop,TS val 1001 ecr 100>')
  record(recording, 'accept(3, ..., ...) = 4')
  return recording
}

test('what the host sends and returns becomes the script, each at its time', () => {
  const { lines } = accepted()
  expect(lines.slice(4)).toEqual([
    '+0.000000 accept(3, ..., ...) = -1 EAGAIN',
    `+0.000000 ${SYN}`,
    '+0.000000 > S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 100 ecr 1000,nop,wscale 8>',
    '+0.050000 < . 1:1(0) ack 1 win 257 <nop,nop,TS val 1001 ecr 100>',
    '+0.000000 accept(3, ..., ...) = 4',
  ])
})

test('a recorded script holds when it is played', () => {
  const recording = accepted()
  record(recording, 'write(4, ..., 2500) = 0')
  recordUntil(recording, 60_000)
  record(recording, '< P. 1:101(100) ack 2501 win 257 <nop,nop,TS val 1002 ecr 150>')
  recordUntil(recording, 1_000_000)
  record(recording, 'read(4, ..., 50) = 0')
  const text = `${recording.lines.join('\n')}\n`
  expect(text).toContain('read(4, ..., 50) = 50')
  expect(runScript('recorded.pkt', text)).toMatchObject({ result: 'pass', message: '', notes: expect.anything() })
})

test('it is known when the host will next act by itself', () => {
  const recording = accepted()
  record(recording, 'write(4, ..., 100) = 0')
  expect(nextDeed(recording)).toBeGreaterThan(recording.run.machine.now)
  recordUntil(recording, nextDeed(recording))
  expect(recording.lines.at(-1)).toContain('P. 1:101(100) ack 1')
})

test('a call that blocks is refused', () => {
  const recording = startRecording(HEAD)
  record(recording, 'socket(..., SOCK_STREAM, IPPROTO_TCP) = 3')
  record(recording, 'bind(3, ..., ...) = 0')
  record(recording, 'listen(3, 1) = 0')
  expect(() => record(recording, 'accept(3, ..., ...) = 4')).toThrow('accept(3, ..., ...) = 4 blocks')
})
