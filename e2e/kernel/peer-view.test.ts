/**
 * What `ss -tinm` says of the kernel's end of a connection is what our end believes of it: state, queues, segment size, options, windows, and how many bytes
 * were sent, acked and received. And what our own view says of us is what the kernel has seen come.
 */
import { expect, test } from 'vitest'
import { seq32, seqDiff } from '../../src/base'
import type { Step, TcbView } from '../../src/trace'
import { ACCEPT, acceptAnd, CONNECT, connectAnd, describeWithKernel, python, settled, talk } from './talk'
import type { Talk, TalkOptions } from './talk'

interface KernelView {
  readonly state: string
  readonly receiveQueue: number
  readonly sendQueue: number
  /** `mss:1448`, `bytes_acked:10`, `wscale:10,7` by their names. */
  readonly fields: Readonly<Record<string, string>>
  /** Words that stand alone: `sack`, `ts`, `reno`. */
  readonly words: readonly string[]
}

function readSs(text: string): KernelView {
  const [state, receiveQueue, sendQueue, , , ...rest] = text.trim().split(/\s+/)
  const pairs = rest.flatMap((word) => (word.includes(':') ? [word.split(':') as [string, string]] : []))
  return {
    state,
    receiveQueue: Number(receiveQueue),
    sendQueue: Number(sendQueue),
    fields: Object.fromEntries(pairs),
    words: rest.filter((word) => !word.includes(':')),
  }
}

/** Both views once nothing moves any more. */
async function views(run: Talk): Promise<{ kernel: KernelView; ours: TcbView }> {
  await settled(run)
  const kernel = readSs(await run.ss())
  const ours = run.view().sockets.find(({ tcb }) => tcb !== null)?.tcb
  if (ours === undefined || ours === null) throw new Error(run.story())
  return { kernel, ours }
}

const option = (word: string, taken: boolean) =>
  taken ? expect.arrayContaining([word]) : expect.not.arrayContaining([word])

const settings: readonly [string, TalkOptions][] = [
  ['Linux defaults', {}],
  ['no SACK, no timestamps', { sysctl: { tcp_sack: 0, tcp_timestamps: 0 } }],
  ['no window scaling', { sysctl: { tcp_window_scaling: 0 } }],
  ['an MTU of 576', { sysctl: { mtu: 576 } }],
  ['a window scale of 14', { sysctl: { tcp_rmem: [4_096, 131_072, 1_073_725_440], rmem_max: 1_073_725_440 } }],
]

describeWithKernel('ss of Linux agrees with our view', () => {
  for (const [name, options] of settings) {
    test(`of an idle connection after data both ways: ${name}`, async () => {
      const program = python(
        ...ACCEPT,
        'c.sendall(b"x" * 5000)',
        'n = 0',
        'while n < 7000: n += len(c.recv(7000))',
        'time.sleep(20)',
      )
      const steps = connectAnd(
        { call: 'send', fd: 's', bytes: 7_000 },
        { call: 'recv', fd: 's', bytes: 3_000, flags: ['MSG_WAITALL'] },
      )
      await talk(program, steps, options, async (run) => {
        const { kernel, ours } = await views(run)
        expect(kernel.state, run.story()).toBe('ESTAB')
        expect([kernel.receiveQueue, kernel.sendQueue]).toEqual([0, 0])
        expect(kernel.fields['bytes_received']).toBe('7000')
        // The one that was called does not count a SYN, the one that called does, as in tcp_snd_una_update.
        expect(kernel.fields['bytes_acked']).toBe(String(ours.totals.bytesReceived))
        expect(ours.totals.bytesAcked).toBe(7_001)
        expect(ours.totals.bytesReceived).toBe(5_000)
        expect(kernel.words).toEqual(option('sack', ours.options.sack))
        expect(kernel.words).toEqual(option('ts', ours.options.timestamps))
        const scales = ours.options.windowScale ? `${ours.rcv.wscale},${ours.snd.wscale}` : undefined
        expect(kernel.fields['wscale']).toBe(scales)
        if (name.endsWith('of 14')) expect(ours.rcv.wscale).toBe(14)
        // What the kernel sends at most is what we announced, less the timestamps that each segment carries.
        expect(Number(kernel.fields['mss'])).toBe(Math.min(1_460, ours.rmss) - (ours.options.timestamps ? 12 : 0))
        expect(Number(kernel.fields['cwnd'])).toBeGreaterThanOrEqual(10)
        // The field holds 16 bits and the shift: what we would offer beyond that was never said.
        const edge = seqDiff(seq32(ours.rcv.wup + ours.rcv.wnd), seq32(ours.rcv.nxt))
        expect(kernel.fields['snd_wnd']).toBe(String(Math.min(edge, 65_535 * 2 ** ours.rcv.wscale)))
        expect(ours.receiveBuffer.usedBytes).toBe(2_000)
      })
    })
  }

  test('of bytes that the kernel has sent and we do not take', async () => {
    const small: Step = { call: 'setsockopt', fd: 'l', option: 'SO_RCVBUF', value: 16_384 }
    const [socket, ...rest] = acceptAnd({ sleepMicros: 20_000_000 })
    const program = python(
      ...CONNECT,
      'c.setblocking(False)',
      'n = c.send(b"x" * 100000); print("queued", n, flush=True); time.sleep(20)',
    )
    await talk(program, [socket, small, ...rest], {}, async (run) => {
      const { kernel, ours } = await views(run)
      const queued = Number(/queued (\d+)/.exec(run.said())?.[1])
      expect(ours.totals.bytesReceived, run.story()).toBe(Number(kernel.fields['bytes_acked']) - 1)
      expect(kernel.sendQueue).toBe(queued - ours.totals.bytesReceived)
      expect(kernel.fields['snd_wnd']).toBe(ours.rcv.wnd === 0 ? undefined : String(ours.rcv.wnd))
      expect(kernel.fields['unacked']).toBe(undefined)
    })
  })

  test('of bytes that we have sent and the kernel has not read', async () => {
    const program = python(...ACCEPT, 'time.sleep(20)')
    await talk(program, connectAnd({ call: 'send', fd: 's', bytes: 30_000 }), {}, async (run) => {
      const { kernel, ours } = await views(run)
      expect(kernel.receiveQueue, run.story()).toBe(30_000)
      expect(kernel.fields['bytes_received']).toBe('30000')
      expect(ours.totals.bytesAcked).toBe(30_001)
      expect(ours.congestion.flightBytes).toBe(0)
      expect(kernel.fields['rcv_space']).toMatch(/^\d+$/)
    })
  })

  test('of a connection that is half closed: each says in its own word what the other did', async () => {
    const program = python(...ACCEPT, 'c.shutdown(socket.SHUT_WR); time.sleep(20)')
    await talk(program, connectAnd(), {}, async (run) => {
      const { kernel } = await views(run)
      expect(kernel.state, run.story()).toBe('FIN-WAIT-2')
      expect(run.states().at(-1)).toBe('CLOSE-WAIT')
    })
  })
})
