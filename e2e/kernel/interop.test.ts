/**
 * Our stack and a real Linux kernel, over a TUN device in a namespace that dies with the test: bytes both ways, every close order,
 * refusal, a faulty wire. The kernel's application is a few lines of python. Nothing is left behind.
 */
import { release } from 'node:os'
import { describe, expect, test } from 'vitest'
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
import { CLEAN_WIRE, liveHost } from './live-host'
import type { WireFaults } from './live-host'
import { kernelUnavailable, openKernel } from './wire'

const OURS = '10.77.0.1'
const KERNEL = '10.77.0.2'
const missing = kernelUnavailable()
const [major = 0, minor = 0] = release().split('.').map(Number)
/** Before 6.14 one SYN less fitted (inet_csk_reqsk_queue_is_full). */
const hasNewSynLimit = major > 6 || (major === 6 && minor >= 14)

/** A python program for the kernel's side, on one line of shell. */
function python(...lines: string[]): string {
  const text = ['import socket, hashlib, struct', ...lines].join('\n')
  return `python3 -c '${text.replaceAll("'", '"')}'`
}

/** Reads to the end, tells how many bytes and their digest. */
const READ_ALL = [
  'total = b""',
  'while True:',
  '    data = c.recv(65536)',
  '    if not data: break',
  '    total += data',
  'print("read", len(total), hashlib.md5(total).hexdigest(), flush=True)',
]
const LISTEN = [
  's = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)',
  's.bind(("", 80)); s.listen(5); print("listening", flush=True); c, _ = s.accept()',
]

async function talk(kernelProgram: string, steps: readonly Step[], faults: WireFaults = CLEAN_WIRE, limitMs = 20_000) {
  const wire = openKernel({ address: KERNEL, peer: OURS, run: kernelProgram, limitSeconds: 60 })
  try {
    const started = Date.now()
    while (!wire.output().includes('listening') && Date.now() - started < 5_000) await wire.shell('true')
    const ours = liveHost(wire, OURS, steps, { faults })
    await ours.run(limitMs)
    const story = ours.story()
    const code = await Promise.race([wire.ended, wire.shell('sleep 3').then(() => 'still running')])
    return { said: wire.output(), code, story, bytesAccepted: ours.bytesAccepted() }
  } finally {
    wire.close()
  }
}

const connectAnd = (...rest: Step[]): Step[] => [
  { call: 'socket', as: 's' },
  { call: 'connect', fd: 's', address: KERNEL, port: 80 },
  ...rest,
]
const readToEnd: Step = { repeat: 'forever', untilClosed: true, steps: [{ call: 'recv', fd: 's', bytes: 65_536 }] }

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

describe.skipIf(missing !== undefined)(
  `our stack and Linux${missing === undefined ? '' : ` (not run: ${missing})`}`,
  () => {
    test('our client sends, the kernel reads every byte, and both close', async () => {
      const result = await talk(
        python(...LISTEN, ...READ_ALL, 'c.close()'),
        connectAnd(
          { call: 'send', fd: 's', bytes: 200_000 },
          { call: 'shutdown', fd: 's', how: 'SHUT_WR' },
          readToEnd,
          { call: 'close', fd: 's' },
        ),
      )
      expect(result.said, result.story).toContain('read 200000 ')
      expect(result.code).toBe(0)
    })

    test('the kernel sends half a megabyte after our half-close, and we read it all', async () => {
      const result = await talk(
        python(...LISTEN, ...READ_ALL, 'c.sendall(b"x" * 500000); c.close()'),
        connectAnd({ call: 'shutdown', fd: 's', how: 'SHUT_WR' }, readToEnd, { call: 'close', fd: 's' }),
      )
      const received = result.story.split('\n').filter((line) => line.includes('recv('))
      expect(result.code, result.story).toBe(0)
      expect(received.at(-1), result.story).toMatch(/= 0/)
      expect(result.bytesAccepted, result.story).toBe(500_000)
    })

    test('a port that nobody listens on refuses us', async () => {
      const result = await talk('echo listening; sleep 1', connectAnd())
      expect(result.story).toMatch(/connect\(.*\) = -1 ECONNREFUSED/)
    })

    test('our SO_LINGER zero is a reset to the kernel', async () => {
      const result = await talk(
        python(
          ...LISTEN,
          'try:',
          '    c.recv(10); c.recv(10)',
          'except ConnectionResetError: print("reset by peer", flush=True)',
        ),
        connectAnd(
          { call: 'send', fd: 's', text: 'x' },
          { sleepMicros: 50_000 },
          { call: 'setsockopt', fd: 's', option: 'SO_LINGER', value: 0 },
          { call: 'close', fd: 's' },
        ),
      )
      expect(result.said, result.story).toContain('reset by peer')
    })

    test("the kernel's SO_LINGER zero is ECONNRESET to us", async () => {
      const result = await talk(
        python(
          ...LISTEN,
          'c.recv(1); c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); c.close()',
        ),
        connectAnd({ call: 'send', fd: 's', text: 'x' }, { call: 'recv', fd: 's', bytes: 10 }),
      )
      expect(result.story).toMatch(/recv\(.*\) = -1 ECONNRESET/)
    })

    test('our listener accepts the kernel, echoes, and the kernel closes first', async () => {
      const result = await talk(
        python(
          'print("listening", flush=True)',
          'import time; time.sleep(0.5)',
          `c = socket.create_connection(("${OURS}", 7)); c.sendall(b"ping"); print("echo", c.recv(10).decode(), flush=True); c.close()`,
        ),
        [
          { call: 'socket', as: 'l' },
          { call: 'bind', fd: 'l', port: 7 },
          { call: 'listen', fd: 'l', backlog: 5 },
          { call: 'accept', fd: 'l', as: 's' },
          { call: 'recv', fd: 's', bytes: 4 },
          { call: 'send', fd: 's', text: 'pong' },
          readToEnd,
          { call: 'close', fd: 's' },
        ],
      )
      expect(result.said, result.story).toContain('echo pong')
      expect(result.code).toBe(0)
    })

    test('our SYN, and our ACK of the SYN,ACK, are what this kernel sends', async () => {
      const wire = openKernel({
        address: KERNEL,
        peer: OURS,
        run: python(
          'import time',
          's = socket.socket(); s.bind(("", 80)); s.listen(5); print("listening", flush=True); time.sleep(0.5)',
          `c = socket.create_connection(("${OURS}", 7)); time.sleep(0.5)`,
        ),
        limitSeconds: 20,
      })
      try {
        while (!wire.output().includes('listening')) await wire.shell('true')
        const rmem = (await wire.shell('cat /proc/sys/net/ipv4/tcp_rmem')).trim().split(/\s+/).map(Number)
        const steps: Step[] = [
          { call: 'socket', as: 'l' },
          { call: 'bind', fd: 'l', port: 7 },
          { call: 'listen', fd: 'l', backlog: 5 },
          ...connectAnd(),
          { call: 'accept', fd: 'l', as: 'c' },
        ]
        const ours = liveHost(wire, OURS, steps, { sysctl: { tcp_rmem: [rmem[0], rmem[1], rmem[2]] } })
        const sent: Record<'kernel' | 'ours', string[]> = { kernel: [], ours: [] }
        const shape = (bytes: Uint8Array): string => {
          const decoded = decodePacket(bytes)
          if (!decoded.ok) return decoded.error
          const { flags, window, options } = decoded.value.segment
          return `${formatFlags(flags)} win ${window} <${formatOptions(options)
            .replace(/val \d+ ecr [1-9]\d*/, 'val x ecr y')
            .replace(/val \d+/, 'val x')}>`
        }
        const [deliver, send] = [wire.onPacket, wire.send]
        wire.onPacket = (bytes) => {
          if (clientSide(bytes, KERNEL)) sent.kernel.push(shape(bytes))
          deliver(bytes)
        }
        wire.send = (bytes) => {
          if (clientSide(bytes, OURS)) sent.ours.push(shape(bytes))
          send(bytes)
        }
        await ours.run(5_000)
        expect(sent.kernel.slice(0, 2)).toHaveLength(2)
        expect(sent.ours.slice(0, 2)).toEqual(sent.kernel.slice(0, 2))
      } finally {
        wire.close()
      }
    })

    test.skipIf(!hasNewSynLimit).each([0, 2, 4])(
      'listen(fd, %i) takes as many SYNs as on Linux 6.14 and later',
      async (backlog) => {
        const wire = openKernel({
          address: KERNEL,
          peer: OURS,
          sysctl: ['net.ipv4.tcp_syncookies=0'],
          run: python(
            'import time',
            `s = socket.socket(); s.bind(("", 80)); s.listen(${backlog}); print("listening", flush=True); time.sleep(5)`,
          ),
          limitSeconds: 20,
        })
        try {
          while (!wire.output().includes('listening')) await wire.shell('true')
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

    test('over a wire that loses, doubles and reorders, every byte arrives both ways', async () => {
      const faults: WireFaults = { seed: 7, loss: 0.02, duplicate: 0.02, reorder: 0.05, reorderMs: 6, delayMs: 2 }
      const result = await talk(
        python(...LISTEN, ...READ_ALL, 'c.sendall(b"y" * 300000); c.close()'),
        connectAnd(
          { call: 'send', fd: 's', bytes: 300_000 },
          { call: 'shutdown', fd: 's', how: 'SHUT_WR' },
          readToEnd,
          { call: 'close', fd: 's' },
        ),
        faults,
        40_000,
      )
      expect(result.said, result.story).toContain('read 300000 ')
      expect(result.bytesAccepted, result.story).toBe(300_000)
      expect(result.story).toMatch(/close\(\d+\) = 0/)
    })
  },
)
