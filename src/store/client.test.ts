import { describe, expect, it } from 'vitest'
import type { FromWorker, ToWorker } from '../trace'
import { createClient } from './client'
import type { WorkerPort } from './client'

function pair() {
  const sent: ToWorker[] = []
  const failures: string[] = []
  const messages: FromWorker[] = []
  const drawings: (() => void)[] = []
  const port: WorkerPort = { postMessage: (message) => sent.push(message), onmessage: null }
  const client = createClient(port, {
    onMessage: (message) => messages.push(message),
    onFailure: (sentence) => failures.push(sentence),
    afterDrawing: (drawn) => drawings.push(drawn),
  })
  const answer = (message: FromWorker): void => {
    port.onmessage?.({ data: message } as MessageEvent<FromWorker>)
  }
  return { client, sent, failures, messages, drawings, answer }
}

describe('the client of the worker', () => {
  it('settles each request with the reply of its own number', async () => {
    const { client, sent, answer } = pair()
    const share = client.share()
    const paused = client.pause()
    answer({ type: 'reply', id: sent[1].id, reply: { kind: 'done' } })
    answer({ type: 'reply', id: sent[0].id, reply: { kind: 'share', hash: '1.abc' } })
    expect(await paused).toBe(true)
    expect(await share).toBe('1.abc')
  })

  it('gives the sentence of a failure to the listener and settles the request', async () => {
    const { client, sent, failures, answer } = pair()
    const acted = client.act({ kind: 'packet', packet: 3, order: 'lose' })
    answer({ type: 'failed', id: sent[0].id, sentence: 'Packet 3 has arrived already.' })
    expect(await acted).toBe(false)
    expect(failures).toEqual(['Packet 3 has arrived already.'])
  })

  it('passes on what nobody asked for', () => {
    const { messages, answer } = pair()
    answer({ type: 'ready' })
    expect(messages).toEqual([{ type: 'ready' }])
  })

  it('leaves other requests alone when a reply comes twice', async () => {
    const { client, sent, answer } = pair()
    const first = client.pause()
    answer({ type: 'reply', id: sent[0].id, reply: { kind: 'done' } })
    answer({ type: 'reply', id: sent[0].id, reply: { kind: 'done' } })
    expect(await first).toBe(true)
  })

  it('tells the worker when a frame is on the screen, and not before', () => {
    const { sent, drawings, answer } = pair()
    answer({ type: 'frame' } as FromWorker)
    expect(sent).toEqual([])
    drawings[0]()
    expect(sent).toEqual([{ id: 0, type: 'drawn' }])
  })
})
