/**
 * The player itself, on the real kernel: a script that holds passes, one that does not fails at its line and says what came, and neither leaves anything
 * behind. Skipped, with the reason, where no kernel can be had.
 */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { runScript } from '../../../src/packetdrill'
import type { Played } from '../../../src/packetdrill'
import { kernelUnavailable } from '../wire'
import { firstDifference } from './compare'
import { playOnKernel } from './play'
import { readTcpInfo } from './tcp-info'

const missing = kernelUnavailable()
const helper = fileURLToPath(new URL('./helper.py', import.meta.url))
const ACCEPT = `\`./defaults.sh\`
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>
+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale 8>
+.1 < . 1:1(0) ack 1 win 257
+0 accept(3, ..., ...) = 4
`

function play(text: string): Played {
  return playOnKernel('t.pkt', text, helper, 60, 5)
}

describe.skipIf(missing !== undefined)(
  `scripts on the real kernel${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    test('calls, packets both ways, code over tcp_info, options and readiness', () => {
      const text = `${ACCEPT}+0 write(4, ..., 2500) = 2500
      +0 > P. 1:2501(2500) ack 1
      +.1 < P. 1:101(100) ack 2501 win 257
      +0 > . 2501:2501(0) ack 101
      +0 %{ assert tcpi_state == TCP_ESTABLISHED; assert tcpi_bytes_acked == 2500, tcpi_bytes_acked }%
      +0 getsockopt(4, SOL_TCP, TCP_NODELAY, [0], [4]) = 0
      +0 ioctl(4, SIOCINQ, [100]) = 0
      +0 poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLIN|POLLOUT}], 1, 0) = 1
      +0 read(4, ..., 1000) = 100
      +0...0.1 read(4, ..., 1000) = 50
      +.1 < P. 101:151(50) ack 2501 win 257
      +0 > . 2501:2501(0) ack 151`
      expect(play(text)).toMatchObject({ result: 'pass', message: '' })
    })

    test('what the kernel does otherwise fails at its line', () => {
      const played = play(`${ACCEPT}+0 write(4, ..., 100) = 100\n+0 > P. 1:101(100) ack 2`)
      expect(played).toMatchObject({ result: 'fail', line: 10 })
      expect(played.message).toContain('ack 1, not 2')
      expect(play(`${ACCEPT}+0 close(7) = 0`).message).toBe('expected close(7) = 0 got -1 EBADF (Bad file descriptor)')
    })

    test('what comes at another time each time fails, too', () => {
      const played = play(`${ACCEPT}+0 < F. 1:1(0) ack 1 win 257\n+.03 > . 1:1(0) ack 2`)
      expect(played.result).toBe('fail')
      expect(played.message).toContain('at 0.1')
    })

    test('a script that would last too long is not begun', () => {
      expect(play(`${ACCEPT}+900 close(4) = 0`)).toMatchObject({ result: 'unsupported', message: 'lasts 900 s' })
    })

    test('our host and the kernel send the same packets', () => {
      const text = `${ACCEPT}+0 write(4, ..., 2500) = 2500\n+0 > P. 1:2501(2500) ack 1\n+.1 < F. 1:1(0) ack 2501 win 257\n+0 > . 2501:2501(0) ack 2`
      expect(firstDifference(play(text), runScript('t.pkt', text))).toBeUndefined()
    })
  },
)

test('two runs differ in their outcome, or in a packet; times and timestamp values do not count', () => {
  const run = (...ladder: string[]): Played => {
    return { result: 'pass', line: 0, message: '', event: '', ladder, notes: [], untimely: [] }
  }
  const packet = '0.1  > P. 1:2(1) ack 1 win 5 <nop,nop,TS val 1 ecr 2>'
  expect(firstDifference(run(packet), run('0.2  > P. 1:2(1) ack 1 win 5 <nop,nop,TS val 8 ecr 9>'))).toBeUndefined()
  expect(firstDifference(run(packet), run(packet.replace('win 5', 'win 6')))).toContain('packet 1, the kernel sent')
  expect(firstDifference(run(), { ...run(), result: 'fail', line: 3, message: 'm' })).toBe(
    'the kernel: pass; ours: fail 3: m',
  )
})

test('tcp_info is read as far as the kernel has it', () => {
  const bytes = Buffer.alloc(16)
  bytes[0] = 1
  bytes[6] = 0x87
  bytes.writeUInt32LE(204_000, 8)
  const found = readTcpInfo(bytes.toString('hex'), '')
  expect(found).toMatchObject({ tcpi_state: 1, tcpi_snd_wscale: 7, tcpi_rcv_wscale: 8, tcpi_rto: 204_000 })
  expect(found).not.toHaveProperty('tcpi_total_retrans')
})
