/**
 * Ten megabytes each way between our stack and a real Linux kernel, over a wire of ours that loses, doubles, reorders and damages packets: the
 * very bytes arrive, as client and as server, with and without the options that recovery leans on.
 */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { patternBytes } from '../../src/host/pattern'
import type { Step } from '../../src/trace'
import {
  ACCEPT,
  acceptAnd,
  BAD_WIRE,
  closeIt,
  CONNECT,
  connectAnd,
  describeWithKernel,
  halfClose,
  python,
  prefer,
  READ_ALL,
  readToEnd,
  talk,
} from './talk'
import type { Talk, TalkOptions } from './talk'

const TEN_MEGABYTES = 10 * 1024 * 1024
const LIMIT_MS = 90_000

/** A stream of the kernel's own: each block of 32 KiB has other bytes. */
const kernelStream = (bytes: number): string[] => [
  `def blocks():`,
  `    for i in range(${bytes} // 32768): yield hashlib.sha256(str(i).encode()).digest() * 1024`,
]
const SEND_ALL = ['for block in blocks(): c.sendall(block)']

function kernelDigest(bytes: number): string {
  const digest = createHash('md5')
  for (let i = 0; i < bytes / 32_768; i++) {
    const block = createHash('sha256').update(String(i)).digest()
    digest.update(Buffer.concat(Array.from({ length: 1_024 }, () => block)))
  }
  return digest.digest('hex')
}

function ourDigest(bytes: number): string {
  return createHash('md5').update(patternBytes(0, bytes)).digest('hex')
}

async function bothDone(run: Talk): Promise<void> {
  await run.run(LIMIT_MS)
  expect(await run.code(LIMIT_MS), run.story()).toBe(0)
}

/** Sends all, says so, reads all, closes: the kernel does the same in the same order. */
const oneAfterTheOther: Step[] = [{ call: 'send', fd: 's', bytes: TEN_MEGABYTES }, halfClose, readToEnd, closeIt]

const kinds: readonly [string, string, TalkOptions][] = [
  ['cubic with SACK and timestamps', 'cubic', {}],
  [
    'reno without SACK and timestamps',
    'reno',
    {
      sysctl: { tcp_sack: 0, tcp_timestamps: 0, tcp_congestion_control: 'reno' },
      kernelSysctl: ['net.ipv4.tcp_sack=0', 'net.ipv4.tcp_timestamps=0'],
    },
  ],
]

describeWithKernel('ten megabytes each way with Linux over a bad wire', () => {
  for (const [kind, algorithm, options] of kinds) {
    test(`our client, ${kind}: every byte is the one that was sent`, async () => {
      const program = python(
        ...kernelStream(TEN_MEGABYTES),
        ...ACCEPT,
        ...prefer(algorithm),
        ...READ_ALL,
        ...SEND_ALL,
        'c.close()',
      )
      const wires = { toKernel: BAD_WIRE, fromKernel: BAD_WIRE, seed: 11 }
      await talk(program, connectAnd(...oneAfterTheOther), { ...options, ...wires }, async (run) => {
        await bothDone(run)
        expect(run.said(), run.story()).toContain(`read ${TEN_MEGABYTES} ${ourDigest(TEN_MEGABYTES)}`)
        expect(run.received()).toEqual({ bytes: TEN_MEGABYTES, md5: kernelDigest(TEN_MEGABYTES) })
        expect(run.events('tcp/segmentSent').some(({ purpose }) => purpose === 'fastRetransmit')).toBe(true)
        expect(run.states().at(-1)).toBe('TIME-WAIT')
      })
    })
  }

  test('our server, both directions at once: every byte is the one that was sent', async () => {
    const program = python(
      ...kernelStream(TEN_MEGABYTES),
      ...CONNECT,
      'def write():',
      '    for block in blocks(): c.sendall(block)',
      '    c.shutdown(socket.SHUT_WR)',
      't = threading.Thread(target=write); t.start()',
      ...READ_ALL,
      't.join(); c.close()',
    )
    const writer: Step[] = acceptAnd({ call: 'send', fd: 's', bytes: TEN_MEGABYTES }, halfClose)
    // Descriptor 3 is the listener's, 4 will be the connection's.
    const beside: Step[] = [
      { repeat: 'forever', steps: [{ sleepMicros: 1_000 }, { call: 'recv', fd: 4, bytes: 262_144 }] },
    ]
    const wires = { toKernel: BAD_WIRE, fromKernel: BAD_WIRE, seed: 12 }
    await talk(program, writer, { ...wires, beside: [beside] }, async (run) => {
      const done = await run.runUntil(
        () => run.said().includes('read ') && run.received().bytes === TEN_MEGABYTES,
        LIMIT_MS,
      )
      expect(done, `${run.said()} ${run.story()}`).toBe(true)
      expect(run.said()).toContain(`read ${TEN_MEGABYTES} ${ourDigest(TEN_MEGABYTES)}`)
      expect(run.received().md5).toBe(kernelDigest(TEN_MEGABYTES))
      expect(await run.code()).toBe(0)
    })
  })
})
