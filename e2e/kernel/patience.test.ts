/**
 * What keeps a connection alive while nothing moves: keep-alive probes and zero-window probes, each sent by us and answered by a real Linux kernel, and the
 * other way round. And two SYNs that meet on the way.
 */
import { expect, test } from 'vitest'
import type { Step } from '../../src/trace'
import {
  ACCEPT,
  acceptAnd,
  closeIt,
  CONNECT,
  connectAnd,
  describeWithKernel,
  KERNEL,
  OURS,
  python,
  READ_ALL,
  readToEnd,
  talk,
} from './talk'

const LIMIT_MS = 30_000
const SECOND = 1_000_000

const ourOption = (option: 'SO_KEEPALIVE' | 'TCP_KEEPIDLE' | 'TCP_KEEPINTVL' | 'SO_RCVBUF', value: number): Step => ({
  call: 'setsockopt',
  fd: 's',
  option,
  value,
})

describeWithKernel('a connection with Linux waits', () => {
  test('the kernel answers our keep-alive probes', async () => {
    const steps = connectAnd(
      ourOption('SO_KEEPALIVE', 1),
      ourOption('TCP_KEEPIDLE', 1),
      ourOption('TCP_KEEPINTVL', 1),
      { sleepMicros: 3.5 * SECOND },
      closeIt,
    )
    await talk(python(...ACCEPT, ...READ_ALL), steps, {}, async (run) => {
      expect(await run.code(LIMIT_MS), run.story()).toBe(0)
      const probes = run.events('tcp/segmentSent').filter(({ purpose }) => purpose === 'keepaliveProbe')
      // Each answer begins the idle time anew: one a second, and none is repeated.
      expect(probes.map(({ at }) => Math.round((at - probes[0].at) / SECOND))).toEqual([0, 1, 2])
      expect(run.said()).toContain('read 0 ')
    })
  })

  test('we answer the keep-alive probes of the kernel', async () => {
    const program = python(
      ...CONNECT,
      'c.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)',
      'c.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1); c.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)',
      'c.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 1); time.sleep(3.5)',
      'c.sendall(b"alive"); c.close()',
    )
    await talk(program, acceptAnd(readToEnd, closeIt), {}, async (run) => {
      // With one probe allowed, a single one without an answer would have ended the connection.
      expect(await run.code(LIMIT_MS), run.story()).toBe(0)
      expect(run.received().bytes).toBe(5)
      const late = run.events('tcp/segmentArrived').filter(({ at, length }) => at > SECOND && length === 0)
      expect(late.length).toBeGreaterThanOrEqual(3)
    })
  })

  test('the kernel does not read: we probe its closed window, and all arrives once it does', async () => {
    const program = python(
      's = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)',
      's.bind(("", 80)); s.listen(5); print("listening", flush=True); c, _ = s.accept(); time.sleep(2)',
      ...READ_ALL,
      'c.close()',
    )
    await talk(program, connectAnd({ call: 'send', fd: 's', bytes: 200_000 }, closeIt), {}, async (run) => {
      const probed = await run.runUntil(
        () => run.events('tcp/segmentSent').filter(({ purpose }) => purpose === 'windowProbe').length >= 2,
        LIMIT_MS,
      )
      expect(probed, run.story()).toBe(true)
      expect(run.view().sockets.find(({ tcb }) => tcb !== null)?.tcb?.snd.wnd).toBe(0)
      // Recv-Q of the kernel is what it has acked and nobody has read; as in Linux, our count of acked bytes has the SYN in it.
      const [, queued] = /(\d+)\s+\d+\s+\S+:80\s/.exec(await run.ss()) ?? []
      const acked = run.view().sockets.find(({ tcb }) => tcb !== null)?.tcb?.totals.bytesAcked
      expect(Number(queued) + 1).toBe(acked)
      expect(await run.code(LIMIT_MS), run.story()).toBe(0)
      expect(run.said()).toContain('read 200000 ')
    })
  })

  test('we do not read: the kernel probes our closed window, and all arrives once we do', async () => {
    const program = python(...CONNECT, 'c.sendall(b"x" * 200000); print("sent", flush=True); c.close()')
    const [socket, ...rest] = acceptAnd({ sleepMicros: 2 * SECOND }, readToEnd, closeIt)
    const small: Step = { call: 'setsockopt', fd: 'l', option: 'SO_RCVBUF', value: 8_192 }
    await talk(program, [socket, small, ...rest], {}, async (run) => {
      const closed = (): boolean => run.view().sockets.some(({ tcb }) => tcb !== null && tcb.rcv.wnd === 0)
      expect(await run.runUntil(closed, LIMIT_MS), run.story()).toBe(true)
      await run.runUntil(() => false, 500)
      // ss names the timer that the kernel has armed.
      const kernel = await run.wire.shell('ss -tonH state connected')
      expect(kernel).toContain('timer:(persist')
      await run.run(LIMIT_MS)
      expect(run.received().bytes, run.story()).toBe(200_000)
    })
  })

  test('two SYNs meet on the way: both ends come to be ESTABLISHED, and bytes pass', async () => {
    const far = { delayMicros: 300_000 }
    const program = python(
      'c = socket.socket(); c.bind(("", 5000)); print("listening", flush=True); time.sleep(0.1)',
      `c.connect(("${OURS}", 6000)); c.sendall(b"hello")`,
      ...READ_ALL,
      'c.close()',
    )
    const steps: Step[] = [
      { call: 'socket', as: 's' },
      { call: 'bind', fd: 's', port: 6_000 },
      { call: 'connect', fd: 's', address: KERNEL, port: 5_000 },
      { call: 'send', fd: 's', bytes: 1_000 },
      { call: 'shutdown', fd: 's', how: 'SHUT_WR' },
      readToEnd,
      closeIt,
    ]
    await talk(program, steps, { toKernel: far, fromKernel: far }, async (run) => {
      expect(await run.code(LIMIT_MS), run.story()).toBe(0)
      expect(run.states().slice(0, 3), run.story()).toEqual(['SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED'])
      expect(run.said()).toContain('read 1000 ')
      // The last of it is still on its way when the kernel's program has ended.
      expect(await run.runUntil(() => run.received().bytes === 5, LIMIT_MS), run.story()).toBe(true)
    })
  })
})
