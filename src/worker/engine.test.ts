/** The engine as the page meets it, with a clock of the test's own: requests, frames, links, crashes. */
import { expect, test } from 'vitest'
import { applyDelta, createTrace } from '../trace'
import type { FrameMessage, FromWorker, Reply, Trace } from '../trace'
import { createEngine } from './engine'

interface Page {
  readonly trace: Trace
  frame: FrameMessage | null
  skippedMicros: number
  ask(message: Record<string, unknown>): Reply
  refuse(message: Record<string, unknown>): string
  /** Lets real time pass, a frame at a time. */
  wait(ms: number): void
}

/** What a page does with an engine, without a Worker between them. */
function openPage(): Page {
  const inbox: FromWorker[] = []
  let now = 0
  let nextId = 1
  let epoch = -1
  const engine = createEngine({
    now: () => now,
    post: (message) => {
      inbox.push(message)
    },
  })
  const page: Page & { trace: Trace } = {
    trace: createTrace(),
    frame: null,
    skippedMicros: 0,
    ask: (message) => {
      const answer = send(message)
      if (answer.type !== 'reply') throw new Error(`${String(message['type'])} was refused: ${JSON.stringify(answer)}`)
      return answer.reply
    },
    refuse: (message) => {
      const answer = send(message)
      if (answer.type !== 'failed') throw new Error(`${String(message['type'])} was not refused`)
      return answer.sentence
    },
    wait: (ms) => {
      for (const end = now + ms; now < end;) {
        now += 16
        engine.tick()
        read()
      }
    },
  }
  const send = (message: Record<string, unknown>): FromWorker => {
    const id = nextId++
    engine.receive({ id, ...message } as never)
    const answer = inbox.find((reply) => (reply.type === 'reply' || reply.type === 'failed') && reply.id === id)
    read()
    if (answer === undefined) throw new Error(`${String(message['type'])} was not answered`)
    return answer
  }
  const read = (): void => {
    for (const message of inbox.splice(0)) {
      if (message.type === 'crashed') throw new Error(message.sentence)
      if (message.type !== 'frame') continue
      if (message.epoch !== epoch) {
        Object.assign(page, { trace: createTrace() })
        epoch = message.epoch
      }
      applyDelta(page.trace, message.delta)
      page.frame = message
      engine.receive({ id: 0, type: 'drawn' })
      page.skippedMicros += message.skippedMicros
    }
  }
  return page
}

const load = (id: string) => ({ type: 'load', source: { kind: 'scenario', id } })

test('a scenario opens with what the page must know, and a first frame', () => {
  const page = openPage()
  const reply = page.ask(load('three-way-handshake'))
  expect(reply.kind === 'loaded' && reply.info.hosts.map(({ name }) => name)).toEqual(['client', 'server'])
  expect(page.frame?.snapshot.position).toMatchObject({ step: 0, at: 0 })
})

test('playing at a hundredth of real time moves the clock a millisecond in a tenth of a second', () => {
  const page = openPage()
  page.ask(load('three-way-handshake'))
  page.ask({ type: 'seek', target: { to: 'time', at: 12_000 } })
  page.ask({ type: 'play', speed: 1 / 100 })
  page.wait(800)
  const at = page.frame?.snapshot.position.at ?? 0
  expect(at).toBeGreaterThan(19_000)
  expect(at).toBeLessThanOrEqual(20_300)
})

test('what the page has of the trace grows by deltas and is never sent twice', () => {
  const page = openPage()
  page.ask(load('fast-retransmit'))
  page.ask({ type: 'play', speed: 10 })
  page.wait(500)
  page.ask({ type: 'pause' })
  expect(page.trace.events.count).toBe(page.frame?.end.event)
  page.ask({ type: 'seek', target: { to: 'start' } })
  expect(page.frame?.delta.events.count).toBe(0)
  expect(page.trace.events.count).toBe(page.frame?.end.event)
})

test('idle time is jumped over, and the frame says how much', () => {
  const page = openPage()
  page.ask(load('keepalive-dead-peer'))
  page.ask({ type: 'play', speed: 1 })
  page.wait(30_000)
  expect(page.skippedMicros).toBeGreaterThan(3_600_000_000)
})

test('acting in the past gives the page a new branch and the old one to go back to', () => {
  const page = openPage()
  page.ask(load('three-way-handshake'))
  page.ask({ type: 'seek', target: { to: 'time', at: 300_000 } })
  const hash = page.frame?.snapshot.traceHash
  page.ask({ type: 'seek', target: { to: 'time', at: 15_000 } })
  const [packet] = page.frame?.snapshot.inFlight ?? []
  expect(packet).toBeDefined()
  page.ask({ type: 'act', action: { kind: 'packet', packet: packet.packet, order: 'lose' } })
  expect(page.frame?.branches).toHaveLength(2)
  expect(page.trace.events.count).toBe(page.frame?.end.event)
  page.ask({ type: 'switchBranch', branch: 0 })
  page.ask({ type: 'seek', target: { to: 'time', at: 300_000 } })
  expect(page.frame?.snapshot.traceHash).toBe(hash)
})

test('a shared link opens at the same position with the same hash', () => {
  const page = openPage()
  page.ask(load('three-way-handshake'))
  page.ask({ type: 'seek', target: { to: 'time', at: 15_000 } })
  page.ask({ type: 'act', action: { kind: 'packet', packet: page.frame!.snapshot.inFlight[0].packet, order: 'lose' } })
  page.ask({ type: 'seek', target: { to: 'time', at: 1_200_000 } })
  page.ask({ type: 'stepBy', unit: 'event', direction: -1 })
  const shared = page.ask({ type: 'share' })
  const other = openPage()
  other.ask({ type: 'load', source: { kind: 'link', hash: shared.kind === 'share' ? shared.hash : '' } })
  expect(other.frame?.snapshot.traceHash).toBe(page.frame?.snapshot.traceHash)
  expect(other.frame?.snapshot.position).toEqual(page.frame?.snapshot.position)
})

test('a broken link is refused in a sentence and the open session stays', () => {
  const page = openPage()
  page.ask(load('three-way-handshake'))
  page.ask({ type: 'seek', target: { to: 'time', at: 50_000 } })
  const hash = page.frame?.snapshot.traceHash
  expect(page.refuse({ type: 'load', source: { kind: 'link', hash: '1.AAAA' } })).toMatch(/link/)
  page.ask({ type: 'pause' })
  expect(page.frame?.snapshot.traceHash).toBe(hash)
})

test('the bytes of a packet come back with its payload', () => {
  const page = openPage()
  page.ask(load('three-way-handshake'))
  page.ask({ type: 'seek', target: { to: 'time', at: 300_000 } })
  const { packets } = page.trace
  const withPayload = packets.payloadLength.subarray(0, packets.count).findIndex((length) => length > 0)
  const reply = page.ask({ type: 'packetBytes', packet: withPayload })
  const text = reply.kind === 'packetBytes' ? String.fromCharCode(...reply.bytes.subarray(reply.headerLength)) : ''
  expect(text).toBe('hello, server')
  expect(page.refuse({ type: 'packetBytes', packet: 9_999 })).toMatch(/no packet 9999/)
})

test('the session is saved as a file that opens again', () => {
  const page = openPage()
  page.ask(load('three-way-handshake'))
  page.ask({ type: 'seek', target: { to: 'time', at: 80_000 } })
  const saved = page.ask({ type: 'export', format: 'session' })
  const text = saved.kind === 'export' ? new TextDecoder().decode(saved.bytes) : ''
  const other = openPage()
  other.ask({ type: 'load', source: { kind: 'document', text, name: 'saved.json' } })
  expect(other.frame?.snapshot.traceHash).toBe(page.frame?.snapshot.traceHash)
})

test('while a frame is being drawn no other is sent, and the clock does not wait for it', () => {
  const sent: FromWorker[] = []
  let now = 0
  const engine = createEngine({
    now: () => now,
    post: (message) => {
      sent.push(message)
    },
  })
  engine.receive({ id: 1, ...load('slow-start-reno') } as never)
  engine.receive({ id: 2, type: 'play', speed: 1 })
  sent.length = 0
  for (; now < 320; now += 16) engine.tick()
  expect(sent).toEqual([])
  engine.receive({ id: 0, type: 'drawn' })
  engine.tick()
  const [frame] = sent
  expect(frame?.type === 'frame' && frame.snapshot.position.at).toBeGreaterThan(290_000)
})

test('tcp_info is told of the sockets that were asked for, as they stand at the present position', () => {
  const page = openPage()
  page.ask(load('fast-retransmit'))
  page.ask({ type: 'seek', target: { to: 'time', at: 60_000 } })
  const sockets = page.frame?.snapshot.hosts.flatMap((host) => host.sockets) ?? []
  const open = sockets.filter(({ state }) => state === 'ESTABLISHED').map(({ id }) => id)
  const listener = sockets.find(({ state }) => state === 'LISTEN')?.id
  const reply = page.ask({ type: 'tcpInfo', sockets: [...open, listener, 99_999] })
  expect(reply.kind === 'tcpInfo' && reply.infos.map((info) => info?.['tcpi_snd_cwnd'])).toEqual([
    2,
    10,
    undefined,
    undefined,
  ])
  page.ask({ type: 'seek', target: { to: 'start' } })
  expect(page.ask({ type: 'tcpInfo', sockets: open })).toEqual({ kind: 'tcpInfo', infos: [null, null] })
})

test('what a command prints is asked of a host at the present moment; a command that is not known is answered, a host that is not there refused', () => {
  const page = openPage()
  page.ask({ type: 'load', source: { kind: 'scenario', id: 'accept-queue-full' } })
  page.ask({ type: 'seek', target: { to: 'time', at: 500_000 } })
  const reply = page.ask({ type: 'hostText', host: 1, command: 'ss -ltn' })
  if (reply.kind !== 'hostText') throw new Error(reply.kind)
  expect(reply.lines.map(({ text }) => text.split(/\s+/).slice(0, 3))).toEqual([
    ['State', 'Recv-Q', 'Send-Q'],
    ['LISTEN', '3', '2'],
  ])
  expect(reply.error).toBe('')
  const unknown = page.ask({ type: 'hostText', host: 1, command: 'top' })
  expect(unknown).toMatchObject({
    kind: 'hostText',
    lines: [],
    error: expect.stringMatching(/^top: command not found/),
  })
  expect(page.refuse({ type: 'hostText', host: 7, command: 'ss' })).toBe('There is no host 7.')
})

test('a question posts no frame, so that a page which asks after each frame comes to rest', () => {
  const page = openPage()
  page.ask({ type: 'load', source: { kind: 'scenario', id: 'three-way-handshake' } })
  const before = page.frame
  page.ask({ type: 'hostText', host: 1, command: 'ss -tan' })
  page.ask({ type: 'tcpInfo', sockets: [1] })
  expect(page.frame).toBe(before)
})
