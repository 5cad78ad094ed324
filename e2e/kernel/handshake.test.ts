/**
 * The handshake as a real Linux kernel does it, beside ours: the SYN and the ACK that each sends as a client, and how many SYNs a listener takes.
 */
import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { expect, test } from 'vitest'
import { seq32 } from '../../src/base'
import { createSession, runUntil, takeSnapshot } from '../../src/sim'
import { twoHosts } from '../../src/testing/worlds'
import type { Step } from '../../src/trace'
import {
  ACK,
  decodePacket,
  encodePacket,
  formatFlags,
  formatIpv4,
  formatOptions,
  NO_OPTIONS,
  parseIpv4,
  SYN,
} from '../../src/wire'
import { connectAnd, describeWithKernel, KERNEL, OURS, python, talk } from './talk'
import { openKernel } from './wire'

const [major = 0, minor = 0] = release().split('.').map(Number)
/** Before 6.14 one SYN less fitted (inet_csk_reqsk_queue_is_full). */
const hasNewSynLimit = major > 6 || (major === 6 && minor >= 14)
if (!hasNewSynLimit) console.log(`Not run: the SYN queue of Linux 6.14: this is Linux ${release()}`)

/** True for a segment that the side at `address` sends as a client: from a port of its own choice. */
function clientSide(bytes: Uint8Array, address: string): boolean {
  const decoded = decodePacket(bytes)
  return decoded.ok && formatIpv4(decoded.value.ip.src) === address && decoded.value.segment.srcPort > 1_024
}

/** A SYN from one of many clients that never answer. */
function handMadeSyn(srcPort: number, dstPort: number): Uint8Array {
  const [src, dst] = [parseIpv4(OURS) ?? 0, parseIpv4(KERNEL) ?? 0]
  return encodePacket(
    { src, dst, ttl: 64, identification: srcPort, tos: 0, dontFragment: true },
    {
      srcPort,
      dstPort,
      seq: seq32(1),
      ack: seq32(0),
      flags: SYN,
      window: 1_000,
      urgentPointer: 0,
      options: NO_OPTIONS,
      payload: new Uint8Array(0),
    },
  )
}

/** How many of eight such SYNs our listener takes. */
function synsTaken(backlog: number): number {
  const server: Step[] = [
    { call: 'socket', as: 'l' },
    { call: 'bind', fd: 'l', port: 80 },
    { call: 'listen', fd: 'l', backlog },
  ]
  const client: Step[] = Array.from({ length: 8 }, (_, i) => ({
    call: 'rawSend',
    src: `10.9.9.${i + 1}`,
    srcPort: 1_000 + i,
    dst: '10.0.0.2',
    dstPort: 80,
    flags: 'S',
    seq: 1,
  }))
  const session = createSession(twoHosts({ client, server, serverSysctl: { tcp_syncookies: 0 } }))
  runUntil(session, 500_000)
  return takeSnapshot(session).hosts[1].sockets.find(({ listener }) => listener !== null)!.listener!.synQueueLength
}

/** What a client's segment shows, with the values that differ from run to run made alike. */
function shape(bytes: Uint8Array): string {
  const decoded = decodePacket(bytes)
  if (!decoded.ok) return decoded.error
  const { flags, window, options } = decoded.value.segment
  const text = formatOptions(options)
    .replace(/val \d+ ecr [1-9]\d*/, 'val x ecr y')
    .replace(/val \d+/, 'val x')
  return `${formatFlags(flags)} win ${window} <${text}>`
}

describeWithKernel('our handshake and that of Linux', () => {
  test('our SYN, and our ACK of the SYN,ACK, are what this kernel sends', async () => {
    const rmem = readFileSync('/proc/sys/net/ipv4/tcp_rmem', 'utf8').trim().split(/\s+/).map(Number)
    const program = python(
      's = socket.socket(); s.bind(("", 80)); s.listen(5); print("listening", flush=True); time.sleep(0.3)',
      `c = socket.create_connection(("${OURS}", 7)); time.sleep(0.5)`,
    )
    const steps: Step[] = [
      { call: 'socket', as: 'l' },
      { call: 'bind', fd: 'l', port: 7 },
      { call: 'listen', fd: 'l', backlog: 5 },
      { sleepMicros: 50_000 },
      ...connectAnd(),
      { call: 'accept', fd: 'l', as: 'c' },
    ]
    await talk(program, steps, { sysctl: { tcp_rmem: [rmem[0], rmem[1], rmem[2]] } }, async (run) => {
      const { wire } = run
      const sent: Record<'kernel' | 'ours', string[]> = { kernel: [], ours: [] }
      const [deliver, send] = [wire.onPacket, wire.send]
      wire.onPacket = (bytes) => {
        if (clientSide(bytes, KERNEL)) sent.kernel.push(shape(bytes))
        deliver(bytes)
      }
      wire.send = (bytes) => {
        if (clientSide(bytes, OURS)) sent.ours.push(shape(bytes))
        send(bytes)
      }
      await run.run(5_000)
      expect(sent.kernel.slice(0, 2)).toHaveLength(2)
      expect(sent.ours.slice(0, 2)).toEqual(sent.kernel.slice(0, 2))
    })
  })

  test.skipIf(!hasNewSynLimit).each([0, 2, 4])(
    'listen(fd, %i) takes as many SYNs as on Linux 6.14 and later',
    async (backlog) => {
      const wire = openKernel({
        address: KERNEL,
        peer: OURS,
        sysctl: ['net.ipv4.tcp_syncookies=0'],
        run: python(
          `s = socket.socket(); s.bind(("", 80)); s.listen(${backlog}); print("listening", flush=True); time.sleep(5)`,
        ),
        limitSeconds: 20,
      })
      try {
        while (!wire.output().includes('listening')) await wire.shell('sleep 0.02')
        const answered = new Set<number>()
        // A SYN to a closed port goes last: its RST says that the kernel is through with those before it.
        const done = new Promise<void>((resolve) => {
          wire.onPacket = (bytes) => {
            const decoded = decodePacket(bytes)
            if (!decoded.ok) return
            const { flags, srcPort, dstPort } = decoded.value.segment
            if (srcPort === 81) resolve()
            else if (flags === (SYN | ACK)) answered.add(dstPort)
          }
        })
        for (let i = 0; i < 8; i++) wire.send(handMadeSyn(1_000 + i, 80))
        wire.send(handMadeSyn(2_000, 81))
        await done
        expect(answered.size).toBe(synsTaken(backlog))
      } finally {
        wire.close()
      }
    },
  )
})
