/**
 * Every way in which a connection between our stack and a real Linux kernel can end: who closes first, half, both at once, with a reset, with bytes unread;
 * and what comes after TIME-WAIT. Our states are those of RFC 9293 3.6, and the kernel's program sees what it would see from a kernel.
 */
import { describe, expect, test } from 'vitest'
import type { Step } from '../../src/trace'
import {
  ACCEPT,
  acceptAnd,
  closeIt,
  CONNECT,
  connectAnd,
  describeWithKernel,
  halfClose,
  KERNEL,
  OURS,
  python,
  READ_ALL,
  readToEnd,
  RESET,
  talk,
} from './talk'

const LIMIT_MS = 30_000
/** Long enough for two FINs to meet on the way. */
const LONG = { toKernel: { delayMicros: 200_000 }, fromKernel: { delayMicros: 200_000 } }
/** Prints what a read of the kernel's program came to. */
const READ_ERROR = [
  'try:',
  '    while c.recv(1 << 16): pass',
  '    print("end of file", flush=True)',
  'except OSError as error: print(type(error).__name__, flush=True)',
]

describeWithKernel('a connection with Linux ends', () => {
  describe('in order', () => {
    test('the kernel closes first: CLOSE-WAIT, LAST-ACK, CLOSED', async () => {
      const program = python(...ACCEPT, 'c.sendall(b"hello"); c.close()')
      await talk(program, connectAnd(readToEnd, closeIt), {}, async (run) => {
        await run.run(LIMIT_MS)
        expect(run.states(), run.story()).toEqual(['SYN-SENT', 'ESTABLISHED', 'CLOSE-WAIT', 'LAST-ACK', 'CLOSED'])
        expect(run.received().bytes).toBe(5)
        expect(await run.wire.shell('ss -tanH state time-wait')).toContain(OURS)
      })
    })

    test('we close first: FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT, and the kernel has forgotten us', async () => {
      // It lingers, so that its ACK of our FIN does not wait for its own.
      const program = python(...ACCEPT, ...READ_ALL, 'time.sleep(1); c.close()')
      await talk(program, connectAnd({ call: 'send', fd: 's', bytes: 50_000 }, closeIt), {}, async (run) => {
        expect(await run.code(LIMIT_MS), run.story()).toBe(0)
        expect(run.said()).toContain('read 50000 ')
        const closed = await run.runUntil(() => run.states().at(-1) === 'TIME-WAIT', LIMIT_MS)
        expect(closed, run.story()).toBe(true)
        expect(run.states().slice(1, 4)).toEqual(['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'])
        expect(await run.ss()).toBe('')
      })
    })

    test('we half-close, and the kernel sends half a megabyte after that', async () => {
      const program = python(...ACCEPT, ...READ_ALL, 'c.sendall(b"x" * 500000); c.close()')
      await talk(program, connectAnd(halfClose, readToEnd, closeIt), {}, async (run) => {
        await run.run(LIMIT_MS)
        expect(run.received().bytes, run.story()).toBe(500_000)
        expect(run.states().slice(2)).toEqual(['FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT'])
      })
    })

    test('the kernel half-closes, and we send half a megabyte from CLOSE-WAIT', async () => {
      const program = python(...CONNECT, 'c.shutdown(socket.SHUT_WR)', ...READ_ALL, 'c.close()')
      const steps = acceptAnd(readToEnd, { call: 'send', fd: 's', bytes: 500_000 }, closeIt)
      await talk(program, steps, {}, async (run) => {
        expect(await run.code(LIMIT_MS), run.story()).toBe(0)
        expect(run.said()).toContain('read 500000 ')
        await run.runUntil(() => run.states().at(-1) === 'CLOSED', LIMIT_MS)
        expect(run.states().slice(-3), run.story()).toEqual(['CLOSE-WAIT', 'LAST-ACK', 'CLOSED'])
      })
    })

    test('both close at once: CLOSING, then TIME-WAIT at both ends', async () => {
      const program = python(...ACCEPT, 'c.recv(1); c.close(); time.sleep(1)')
      // Our byte is on its way for as long as we sleep, so the two FINs leave together.
      const steps = connectAnd({ call: 'send', fd: 's', text: 'x' }, { sleepMicros: 200_000 }, closeIt)
      await talk(program, steps, LONG, async (run) => {
        await run.run(LIMIT_MS)
        expect(run.states().slice(2), run.story()).toEqual(['FIN-WAIT-1', 'CLOSING', 'TIME-WAIT'])
        expect(await run.wire.shell('ss -tanH state time-wait')).toContain(OURS)
      })
    })
  })

  describe('with a reset', () => {
    test('our SO_LINGER zero is ECONNRESET to the kernel', async () => {
      const program = python(...ACCEPT, ...READ_ERROR)
      const linger: Step = { call: 'setsockopt', fd: 's', option: 'SO_LINGER', value: 0 }
      await talk(program, connectAnd({ call: 'send', fd: 's', text: 'x' }, linger, closeIt), {}, async (run) => {
        expect(await run.code(LIMIT_MS), run.story()).toBe(0)
        expect(run.said()).toContain('ConnectionResetError')
        expect(run.states().slice(2)).toEqual(['CLOSED'])
      })
    })

    test("the kernel's SO_LINGER zero is ECONNRESET to us", async () => {
      const program = python(...ACCEPT, 'c.recv(1)', RESET)
      const steps = connectAnd({ call: 'send', fd: 's', text: 'x' }, { call: 'recv', fd: 's', bytes: 10 })
      await talk(program, steps, {}, async (run) => {
        await run.run(LIMIT_MS)
        expect(run.story()).toMatch(/recv\(.*\) = -1 ECONNRESET/)
      })
    })

    test('the kernel closes with bytes unread: ECONNRESET to us', async () => {
      const program = python(...ACCEPT, 'c.recv(1); time.sleep(0.2); c.close()')
      const steps = connectAnd({ call: 'send', fd: 's', bytes: 100 }, { call: 'recv', fd: 's', bytes: 10 })
      await talk(program, steps, {}, async (run) => {
        await run.run(LIMIT_MS)
        expect(run.story()).toMatch(/recv\(.*\) = -1 ECONNRESET/)
      })
    })

    test('we close with bytes unread: ECONNRESET to the kernel', async () => {
      const program = python(...ACCEPT, 'c.sendall(b"x" * 100); print("sent", flush=True)', ...READ_ERROR)
      await talk(program, connectAnd({ call: 'recv', fd: 's', bytes: 1 }, closeIt), {}, async (run) => {
        expect(await run.code(LIMIT_MS), run.story()).toBe(0)
        expect(run.said()).toContain('ConnectionResetError')
      })
    })

    test('bytes that reach our closed connection are answered with a reset', async () => {
      const program = python(
        ...ACCEPT,
        'c.recv(1); c.recv(1)',
        'try:',
        '    for i in range(50): c.sendall(b"late"); time.sleep(0.02)',
        '    print("sent all", flush=True)',
        'except OSError as error: print(type(error).__name__, flush=True)',
      )
      await talk(program, connectAnd({ call: 'send', fd: 's', text: 'x' }, closeIt), {}, async (run) => {
        expect(await run.code(LIMIT_MS), run.story()).toBe(0)
        expect(run.said()).toMatch(/ConnectionResetError|BrokenPipeError/)
      })
    })

    test('a port that nobody listens on refuses: the kernel us, and we the kernel', async () => {
      await talk('echo listening; sleep 2', connectAnd(), {}, async (run) => {
        await run.run(LIMIT_MS)
        expect(run.story()).toMatch(/connect\(.*\) = -1 ECONNREFUSED/)
      })
      const program = python(
        'print("listening", flush=True); time.sleep(0.3)',
        `try: socket.create_connection(("${OURS}", 9))`,
        'except ConnectionRefusedError: print("refused", flush=True)',
      )
      await talk(program, [], {}, async (run) => {
        expect(await run.code(LIMIT_MS)).toBe(0)
        expect(run.said()).toContain('refused')
      })
    })
  })

  describe('and begins anew', () => {
    test('the kernel takes our SYN for its connection in TIME-WAIT', async () => {
      const program = python(
        ...ACCEPT,
        'c.close()',
        'c, _ = s.accept(); print("again", c.recv(10).decode(), flush=True); c.close()',
      )
      const once = (last: Step): Step[] => [
        { call: 'socket', as: 's' },
        { call: 'bind', fd: 's', port: 5_000 },
        { call: 'connect', fd: 's', address: KERNEL, port: 80 },
        last,
        readToEnd,
        closeIt,
        { sleepMicros: 100_000 },
      ]
      const nothing: Step = { sleepMicros: 1_000 }
      const steps = [...once(nothing), ...once({ call: 'send', fd: 's', text: 'hello' })]
      await talk(program, steps, {}, async (run) => {
        expect(await run.code(LIMIT_MS), run.story()).toBe(0)
        expect(run.said()).toContain('again hello')
      })
    })

    test('we take the SYN of the kernel for our connection in TIME-WAIT', async () => {
      const connect = [
        'c = socket.socket(); c.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); c.bind(("", 5000))',
        `c.connect(("${OURS}", 7))`,
      ]
      const program = python(
        'print("listening", flush=True); time.sleep(0.3)',
        ...connect,
        'print("first", c.recv(10), flush=True); c.close(); time.sleep(0.2)',
        ...connect,
        'print("second", c.recv(10), flush=True); c.close()',
      )
      const again: Step = { repeat: 2, steps: [{ call: 'accept', fd: 'l', as: 's' }, halfClose, readToEnd, closeIt] }
      await talk(program, [...acceptAnd().slice(0, 3), again], {}, async (run) => {
        expect(await run.code(LIMIT_MS), run.story()).toBe(0)
        expect(run.said()).toContain('second')
        expect(run.states().filter((state) => state === 'ESTABLISHED')).toHaveLength(2)
        expect(run.states().filter((state) => state === 'TIME-WAIT').length).toBeGreaterThan(0)
      })
    })
  })
})
