/** Options, fcntl and ioctl as a script sees them. */
import { expect, test } from 'vitest'
import { runScript } from '../index'

const ACCEPTED = `
\`./defaults.sh\`
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 32792 <mss 1000>
+0 > S. 0:0(0) ack 1 <mss 1460>
+0 < . 1:1(0) ack 1 win 257
+0 accept(3, ..., ...) = 4
`

function outcome(lines: string): string {
  const { result, message } = runScript('t.pkt', `${ACCEPTED}${lines}`)
  return `${result} ${message}`.trim()
}

test('an option without effect is kept, and had back', () => {
  expect(
    outcome(`+0 setsockopt(4, SOL_SOCKET, SO_PRIORITY, [6], 4) = 0
+0 getsockopt(4, SOL_SOCKET, SO_PRIORITY, [6], [4]) = 0
+0 getsockopt(3, SOL_SOCKET, SO_PRIORITY, [0], [4]) = 0`),
  ).toBe('pass')
  expect(outcome('+0 getsockopt(4, SOL_SOCKET, SO_DEBUG, [1], [4]) = 0')).toBe('fail expected SO_DEBUG [1] got [0]')
})

test('what a socket is can be asked and not set', () => {
  expect(
    outcome(`+0 getsockopt(4, SOL_SOCKET, SO_TYPE, [SOCK_STREAM], [4]) = 0
+0 getsockopt(3, SOL_SOCKET, SO_ACCEPTCONN, [1], [4]) = 0
+0 getsockopt(4, SOL_SOCKET, SO_ACCEPTCONN, [0], [4]) = 0
+0 setsockopt(4, SOL_SOCKET, SO_SNDLOWAT, [9], 4) = -1 ENOPROTOOPT (Protocol not available)
+0 setsockopt(9, SOL_SOCKET, SO_DEBUG, [1], 4) = -1 EBADF (Bad file descriptor)`),
  ).toBe('pass')
})

test('TCP_INFO is compared field by field', () => {
  expect(outcome('+0 getsockopt(4, SOL_TCP, TCP_INFO, {tcpi_state=TCP_ESTABLISHED, tcpi_snd_cwnd=10}, [8]) = 0')).toBe(
    'pass',
  )
  expect(outcome('+0 getsockopt(4, SOL_TCP, TCP_INFO, {tcpi_snd_cwnd=11}, [8]) = 0')).toBe(
    'fail expected tcpi_snd_cwnd 11 got 10',
  )
})

test('Fast Open may be allowed where nobody uses it', () => {
  const allowed = '+0 setsockopt(3, SOL_TCP, TCP_FASTOPEN, [5], 4) = 0'
  expect(outcome(allowed)).toBe('pass')
  expect(outcome(`${allowed}\n+0 < S 0:10(10) win 9 <mss 1460>`)).toBe('unsupported TCP Fast Open')
})

test('queue lengths: none before a connection, EINVAL of a listener', () => {
  expect(
    outcome(`+0 ioctl(3, SIOCINQ, [0]) = -1 EINVAL (Invalid argument)
+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 5
+0 ioctl(5, SIOCOUTQ, [0]) = 0`),
  ).toBe('pass')
  expect(
    outcome(`+0 write(4, ..., 200) = 200
+0 ioctl(4, SIOCOUTQ, [200]) = 0
+0 ioctl(4, SIOCOUTQNSD, [0]) = 0
+0 < P. 1:101(100) ack 1 win 257
+0 ioctl(4, FIONREAD, [100]) = 0`),
  ).toBe('pass')
})

test('FIONBIO is O_NONBLOCK by another name', () => {
  expect(
    outcome(`+0 ioctl(4, FIONBIO, [1]) = 0
+0 fcntl(4, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)
+0 read(4, ..., 10) = -1 EAGAIN (Resource temporarily unavailable)`),
  ).toBe('pass')
})
