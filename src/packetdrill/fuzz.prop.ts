/**
 * Whatever text comes as a script, the answer is a result with a line and a reason: the runner never throws and always ends. Texts are real
 * scripts with characters, lines and numbers changed, so that most get past the parser.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runScript } from './index'

const SCRIPTS = [
  `--tolerance_usecs=9000
\`./defaults.sh
sysctl -q net.ipv4.tcp_sack=1\`
   0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
  +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
  +0 bind(3, ..., ...) = 0
  +0 listen(3, 1) = 0
  +0 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>
  +0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale 8>
 +.1 < . 1:1(0) ack 1 win 257
  +0 accept(3, ..., ...) = 4
  +0...0.3 read(4, ..., 1000) = 500
 +.1 < P. 1:501(500) ack 1 win 257 <nop,nop,sack 1:2 5:9>
  +0 > . 1:1(0) ack 501
  +0 write(4, ..., 2500) = 2500
  +0 > P. 1:2501(2500) ack 501
  +0 %{ assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd }%
+.2~+.4 > P. 1501:2501(1000) ack 501
  +0 close(4) = 0
   * > F. 2501:2501(0) ack 501
`,
  `// the other family
--ip_version=ipv4
 0.00 \`sysctl -w net.ipv4.tcp_timestamps=1\`
+0.00 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0.00 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0.00 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
+0.00 > S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>
+0.01 < S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 9 ecr 100,nop,wscale 6>
+0.00 > . 1:1(0) ack 1 <nop,nop,TS val 110 ecr 9>
+0.00 getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0
+0.00 setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0
+0.00 poll([{fd=3, events=POLLIN|POLLOUT, revents=POLLOUT}], 1, 0) = 1
+0.00 sendmsg(3, {msg_name(...)=..., msg_iov(2)=[{..., 10}, {..., 20}], msg_flags=0}, 0) = 30
+0.00 < R 1:1(0) ack 1 win 0
+0.00 close(3) = 0
`,
]

const NUMBERS = ['0', '1', '-1', '65536', '2147483648', '4294967295', '1e99', '0x7fffffff', '999999999999', '.', '']
const SCRAPS = ['(', ')', '`', '%{', '}%', '"', '<', '>', '[', '{', '\n', '...', '*', '|', 'NULL', '/*', '\\', '\0']

/** What is done to a script, at a place that is a share of its length. */
const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  how: fc.oneof(
    fc.record({ kind: fc.constant('cut' as const), length: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constant('put' as const), text: fc.oneof(fc.constantFrom(...SCRAPS), fc.string()) }),
    fc.record({ kind: fc.constant('number' as const), text: fc.constantFrom(...NUMBERS) }),
    fc.record({ kind: fc.constant('line' as const), times: fc.integer({ min: 0, max: 3 }) }),
  ),
})
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

function applied(text: string, { at, how }: Change): string {
  const place = Math.floor(at * text.length)
  switch (how.kind) {
    case 'cut':
      return text.slice(0, place) + text.slice(place + how.length)
    case 'put':
      return text.slice(0, place) + how.text + text.slice(place)
    case 'number':
      return text.slice(0, place) + text.slice(place).replace(/\d+/, how.text)
    case 'line': {
      const lines = text.split('\n')
      const row = Math.min(lines.length - 1, Math.floor(at * lines.length))
      return lines.toSpliced(row, 1, ...Array.from({ length: how.times }, () => lines[row])).join('\n')
    }
  }
}

test('a script that was tampered with has a result, one line and a reason', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SCRIPTS), fc.array(change, { minLength: 1, maxLength: 4 }), (script, changes) => {
      const text = changes.reduce(applied, script)
      const { result, line, message } = runScript('t.pkt', text)
      expect(['pass', 'fail', 'unsupported']).toContain(result)
      expect(line).toBeLessThanOrEqual(text.split('\n').length)
      if (result === 'pass') return
      expect(message).not.toBe('')
      expect(message).not.toContain('\n')
      expect(message).not.toContain('the stack broke')
    }),
    { numRuns: 400 },
  )
})

test('any text at all has a result', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(['pass', 'fail', 'unsupported']).toContain(runScript('t.pkt', text).result)
    }),
    { numRuns: 300 },
  )
  expect(runScript('t.pkt', `0 f(${'['.repeat(30_000)}`).message).toContain('the script cannot be read')
})

test('three hundred years pass in no time', () => {
  const { result, message } = runScript('t.pkt', `${SCRIPTS[0].split(' +.1')[0]}\n+9999999999 close(3) = 0`)
  expect([result, message]).toEqual(['pass', ''])
})
