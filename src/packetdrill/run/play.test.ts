/** What the runner holds a script to: times with their tolerance, joined segments, relative numbers, timestamps, calls that block. */
import { expect, test } from 'vitest'
import { runScript } from '../index'

const LISTEN = `
\`./defaults.sh\`
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
`
const ACCEPT = `${LISTEN}
+0 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>
+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale 8>
+.1 < . 1:1(0) ack 1 win 257
+0 accept(3, ..., ...) = 4
`
const CONNECT = `
\`./defaults.sh\`
0 socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3
+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
+0 > S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 8>
`

function outcome(text: string): string {
  const { result, message } = runScript('t.pkt', text)
  return `${result} ${message}`.trim()
}

test('a packet that comes at its time passes, within 4 ms or an eighth of the time that went by', () => {
  expect(outcome(`${LISTEN}+0 < S 0:0(0) win 9 <mss 1000>\n+.003 > S. 0:0(0) ack 1 <mss 1460>`)).toBe('pass')
  expect(
    outcome(`${LISTEN}+0 < S 0:0(0) win 9 <mss 1000>\n+0 > S. 0:0(0) ack 1 <...>\n+1.1 > S. 0:0(0) ack 1 <...>`),
  ).toBe('pass')
})

test('too early and too late say when it was due and when it came', () => {
  expect(outcome(`${LISTEN}+0 < S 0:0(0) win 9\n+.005 > S. 0:0(0) ack 1 <mss 1460>`)).toBe(
    'fail expected S. 0:0(0) ack 1 <mss 1460> at 0.005000 s (within 4 ms) got S. 0:0(0) ack 1 win 65535 <mss 1460> at 0.000000 s',
  )
  expect(
    outcome(`${LISTEN}+0 < S 0:0(0) win 9\n+0 > S. 0:0(0) ack 1 <...>\n+.5 > S. 0:0(0) ack 1 <mss 1460>`),
  ).toContain('at 0.500000 s (within 62.5 ms) got S. 0:0(0) ack 1 win 65535 <mss 1460> at 1.000000 s')
})

test('a packet that never comes', () => {
  expect(outcome(`${ACCEPT}+0 > . 1:1(0) ack 1`)).toBe(
    'fail expected . 1:1(0) ack 1 at 0.100000 s (within 4 ms) got nothing by 3.104000 s',
  )
})

test('ranges and any time', () => {
  expect(outcome(`${LISTEN}+0 < S 0:0(0) win 9\n* > S. 0:0(0) ack 1 <...>\n+.9~+1.1 > S. 0:0(0) ack 1 <...>`)).toBe(
    'pass',
  )
})

test('segments are joined up to the length of the line, but not with --strict_segments', () => {
  expect(outcome(`${ACCEPT}+0 write(4, ..., 2500) = 2500\n+0 > P. 1:2501(2500) ack 1`)).toBe('pass')
  expect(outcome(`${ACCEPT}+0 write(4, ..., 2500) = 2500\n+0 > P. 1:3501(3500) ack 1`)).toContain(
    '2500 bytes, not 3500',
  )
  expect(outcome(`--strict_segments\n${ACCEPT}+0 write(4, ..., 2500) = 2500\n+0 > . 1:2501(2500) ack 1`)).toContain(
    '1000 bytes, not 2500',
  )
})

test.each([
  ['+0 > P. 2:102(100) ack 1', 'seq 1, not 2'],
  ['+0 > . 1:101(100) ack 1', 'flags P., not .'],
  ['+0 > P. 1:101(100) ack 2', 'ack 1, not 2'],
  ['+0 > P. 1:101(100) ack 1 win 5', 'win 1050, not 5'],
  ['+0 > P. 1:101(100) ack 1 <nop,nop,sack 1:2>', 'options <>, not <nop,nop,sack 1:2>'],
  ['+0 > [ect0] P. 1:101(100) ack 1', 'the ECN bits are not ect0'],
])('%s is not what was sent', (line, why) => {
  expect(outcome(`${ACCEPT}+0 write(4, ..., 100) = 100\n${line}`)).toContain(`(${why})`)
})

test('the order and the padding of options count', () => {
  const syn = '+0 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>'
  expect(outcome(`${LISTEN}${syn}\n+0 > S. 0:0(0) ack 1 <mss 1460,sackOK,nop,nop,nop,wscale 8>`)).toContain('options <')
})

test('numbers are relative to the ISN of each side, whatever the script calls it', () => {
  expect(
    outcome(`${LISTEN}
      +0 < S 7000:7000(0) win 32792 <mss 1000>
      +0 > S. 500:500(0) ack 7001 <mss 1460>
      +.1 < . 7001:7001(0) ack 501 win 32792
      +0 accept(3, ..., ...) = 4
      +0 write(4, ..., 10) = 10
      +0 > P. 501:511(10) ack 7001`),
  ).toBe('pass')
})

test('an echoed timestamp is looked up among those that were sent; one that never was is an error', () => {
  expect(outcome(`${CONNECT}+.1 < S. 0:0(0) ack 1 win 9 <mss 1000,TS val 7 ecr 100>\n+0 > . 1:1(0) ack 1 <...>`)).toBe(
    'pass',
  )
  expect(outcome(`${CONNECT}+.1 < S. 0:0(0) ack 1 win 9 <mss 1000,TS val 7 ecr 99>`)).toBe(
    'fail expected an ecr that was sent as a TS val before, got ecr 99',
  )
})

test('timestamp values are compared only where the script says how long a tick is', () => {
  const answer = '+.1 < S. 0:0(0) ack 1 win 9 <mss 1000,TS val 7 ecr 100>\n'
  expect(outcome(`${CONNECT}${answer}+0 > . 1:1(0) ack 1 <nop,nop,TS val 5 ecr 7>`)).toBe('pass')
  const strict = `--tcp_ts_tick_usecs=1000\n${CONNECT}${answer}`
  expect(outcome(`${strict}+0 > . 1:1(0) ack 1 <nop,nop,TS val 200 ecr 7>`)).toBe('pass')
  expect(outcome(`${strict}+0 > . 1:1(0) ack 1 <nop,nop,TS val 250 ecr 7>`)).toContain(
    "TS val 200 by the script's count, not 250",
  )
  expect(outcome(`${strict}+0 > . 1:1(0) ack 1 <nop,nop,TS val 200 ecr 8>`)).toContain('options <')
})

test('a call must return at once and return what the script says', () => {
  expect(outcome(`${ACCEPT}+0 read(4, ..., 10) = 10`)).toBe(
    'fail expected read(4, ..., 10) = 10 got a call that blocks',
  )
  expect(outcome(`${ACCEPT}+0 close(7) = 0`)).toBe('fail expected close(7) = 0 got -1 EBADF (Bad file descriptor)')
  expect(outcome(`${ACCEPT}+0 getsockopt(4, SOL_TCP, TCP_NODELAY, [1], [4]) = 0`)).toBe(
    'fail expected TCP_NODELAY [1] got [0]',
  )
})

test('a call with an end time blocks beside the script, and must return then', () => {
  const text = (end: string): string =>
    `${ACCEPT}+0...${end} read(4, ..., 10) = 5\n+.1 < P. 1:6(5) ack 1 win 257\n+0 > . 1:1(0) ack 6`
  expect(outcome(text('0.1'))).toBe('pass')
  expect(outcome(text('0.2'))).toContain('to return at 0.300000 s')
  expect(outcome(`${ACCEPT}+0...0.1 read(4, ..., 10) = 5`)).toContain('got a call that is still blocked')
})

test('poll and epoll report what tcp_poll would', () => {
  const data = '+0 < P. 1:6(5) ack 1 win 257\n+0 > . 1:1(0) ack 6\n'
  expect(outcome(`${ACCEPT}+0...0.05 poll([{fd=4, events=POLLIN, revents=0}], 1, 50) = 0`)).toBe('pass')
  expect(outcome(`${ACCEPT}${data}+0 poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLIN|POLLOUT}], 1, 0) = 1`)).toBe(
    'pass',
  )
  expect(
    outcome(`${ACCEPT}+0 epoll_create(1) = 5
      +0 epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, fd=4}) = 0
      +0...0.1 epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 1000) = 1
      +.1 < P. 1:6(5) ack 1 win 257
      +0 epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0) = 0`),
  ).toBe('pass')
})

test('packets that nobody asked for at the end are only reported', () => {
  const played = runScript('t.pkt', `${ACCEPT}+0 write(4, ..., 10) = 10`)
  expect(played.result).toBe('pass')
  expect(played.notes).toContain('1 packets more than the script asks for')
})

test('counters are read with nstat', () => {
  const text = (times: number): string =>
    `${ACCEPT}+0 \`nstat -n\`\n+0 < . 90000001:90000101(100) ack 1 win 257\n+0 > . 1:1(0) ack 1\n+0 \`nstat | grep TcpExtBeyondWindow | grep -q " ${times} "\``
  expect(outcome(text(1))).toBe('pass')
  expect(outcome(text(2))).toContain('fail expected a counter line with "TcpExtBeyondWindow" and " 2 "')
})

test('what is left out on purpose is unsupported, not failed', () => {
  expect(outcome('0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3')).toContain('unsupported')
  expect(outcome(`${LISTEN}+0 setsockopt(3, SOL_TCP, TCP_FASTOPEN_CONNECT, [1], 4) = 0`)).toContain('unsupported')
})

test('a script that does not parse fails at its line', () => {
  expect(runScript('t.pkt', '0 close(3) = 0\n+0 < Q 1:1(0)')).toMatchObject({ result: 'fail', line: 2 })
})
