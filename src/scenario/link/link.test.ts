import { deflateSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { hashText } from '../../base'
import type { Action, Command } from '../../trace'
import type { SessionDocument } from '..'
import { decodeLink, DEFAULT_SCENARIO, encodeLink, freshSession, parseSession, SCENARIOS, serializeSession } from '..'
import { toBase64url } from './base64url'
import { DICTIONARY_1 } from './dictionary'
import { squeeze } from './squeeze'

function opened(hash: string): SessionDocument {
  const result = decodeLink(hash)
  if (!result.ok) throw new Error(result.error)
  return result.value
}

/** One action of each kind. */
const ACTIONS: readonly Action[] = [
  { kind: 'call', host: 0, pid: 1_000, call: { call: 'socket' } },
  { kind: 'call', host: 0, pid: 1_000, call: { call: 'connect', fd: 3, address: '10.0.0.2', port: 80 } },
  { kind: 'call', host: 1, pid: 1_000, call: { call: 'send', fd: 4, text: 'grüße', flags: ['MSG_NOSIGNAL'] } },
  { kind: 'call', host: 1, pid: 1_000, call: { call: 'setsockopt', fd: 4, option: 'SO_LINGER', value: -1 } },
  { kind: 'interrupt', host: 1, thread: 2 },
  { kind: 'packet', packet: 7, order: 'delay', delayMicros: 5_000 },
  { kind: 'packet', packet: 7, order: 'lose' },
  { kind: 'link', link: 0, direction: 'both', settings: { loss: 0.25 } },
  { kind: 'plug', link: 0, connected: false },
  { kind: 'crash', host: 1 },
  { kind: 'restart', host: 1 },
  { kind: 'sysctl', host: 0, name: 'tcp_sack', value: 0 },
  { kind: 'firewall', host: 1, line: '-A INPUT -p tcp --dport 80 -j DROP' },
]
const COMMANDS: readonly Command[] = ACTIONS.map((action, i) => ({ step: 2 * i, at: 1_000 * i, action }))

describe('a link', () => {
  test('to an untouched built-in is its id', () => {
    for (const scenario of SCENARIOS) {
      expect(encodeLink(freshSession(scenario))).toBe(scenario.id)
      expect(opened(`#${scenario.id}`)).toEqual(freshSession(scenario))
    }
  })

  test('carries commands and position', () => {
    const session = { ...freshSession(DEFAULT_SCENARIO), commands: COMMANDS, position: { step: 77, at: 123_456 } }
    const hash = encodeLink(session)
    expect(hash).toMatch(/^1\.[A-Za-z0-9_-]+$/)
    expect(opened(hash)).toEqual(session)
  })

  test("carries a document of one's own", () => {
    const document = { ...DEFAULT_SCENARIO, id: 'mine', title: 'Überraschung 惊喜', seed: 99 }
    expect(opened(encodeLink(freshSession(document)))).toEqual(freshSession(document))
  })

  test('carries only what differs from a built-in', () => {
    const { hint, ...document } = { ...DEFAULT_SCENARIO, seed: 12_345 }
    expect(hint).toBeDefined()
    const hash = encodeLink(freshSession(document))
    expect(hash.length).toBeLessThan(80)
    expect(opened(hash)).toEqual(freshSession(document))
  })

  test('stays short enough for chat tools: a built-in with fifty clicks', () => {
    const clicks = Array.from({ length: 50 }, (_, i) => ({ step: 3 * i, at: 10_111 * i, action: ACTIONS[i % 7] }))
    expect(encodeLink({ ...freshSession(DEFAULT_SCENARIO), commands: clicks }).length).toBeLessThan(2_000)
  })

  test('says so when the built-in has changed since it was made', () => {
    const made = (print: number): string => `1.${squeeze(JSON.stringify({ of: DEFAULT_SCENARIO.id, print }))}`
    expect(opened(made(1)).notice).toMatch(/has changed since the link was made/)
    expect(opened(made(hashText(JSON.stringify(DEFAULT_SCENARIO)))).notice).toBe('')
  })

  test('of version 1 stays readable: the dictionary is frozen', () => {
    expect(hashText(String.fromCharCode(...DICTIONARY_1))).toBe(FROZEN_DICTIONARY)
    expect(opened(FROZEN_LINK)).toMatchObject({
      document: { id: 'three-way-handshake', seed: 7 },
      position: { step: 9 },
    })
  })
})

const FROZEN_DICTIONARY = 1_673_888_353
const FROZEN_LINK = '1.I8ZOaI4zR9htYmhqZmoGbC6bojrCWAfcfEA4BKO9AHQBWqUPDJiC_OJMSNqLtgSaADYjthYA'

function linkOf(payload: unknown): string {
  return `1.${squeeze(typeof payload === 'string' ? payload : JSON.stringify(payload))}`
}

function withCommand(action: unknown, step: unknown = 0, at: unknown = 0): string {
  return linkOf({ of: 'three-way-handshake', commands: [[step, at, action]] })
}

const GOOD_LINK = encodeLink({ ...freshSession(DEFAULT_SCENARIO), commands: COMMANDS })
const BOMB = `1.${toBase64url(deflateSync(new Uint8Array(200_000_000).fill(32), { dictionary: DICTIONARY_1 }))}`

describe('a broken or hostile link is answered with one sentence', () => {
  const cases: Readonly<Record<string, readonly [hash: string, sentence: RegExp]>> = {
    empty: ['#', /is empty/],
    'an unknown id': ['no-such-scenario', /names no scenario that is here: "no-such-scenario"/],
    'a word of any length': ['x'.repeat(100_000), /names no scenario/],
    'longer than any link': ['1.'.padEnd(2_000_000, 'A'), /too long/],
    'a later version': ['2.AAAA', /version 2; this TCPScope reads version 1/],
    'no version at all': ['x.AAAA', /does not begin as a TCPScope link/],
    'markup where text should be': ['<img src=x onerror=alert(1)>', /names no scenario/],
    'letters that no link has': ['1.%%%%', /holds characters that no link has/],
    'cut in the middle': [GOOD_LINK.slice(0, GOOD_LINK.length / 2), /damaged|cut short/],
    'cut before its end': [GOOD_LINK.slice(0, -4), /damaged|cut short/],
    'nothing after the version': ['1.', /damaged|cut short/],
    noise: [
      '1.' + toBase64url(Uint8Array.from({ length: 999 }, (_, i) => (i * 7919) & 255)),
      /damaged|cut short|unpacks/,
    ],
    'a bomb': [BOMB, /unpacks to more than a session can hold/],
    'not JSON': [linkOf('hello'), /not JSON/],
    'JSON of another kind': [linkOf([1, 2]), /^The link: expected an object, got a list of 2/],
    'too deep': [linkOf('['.repeat(5_000)), /nested deeper/],
    'a field that does not belong': [linkOf({ of: 'rto', evil: 1 }), /evil: is not a field/],
    'a polluting field': [linkOf('{"of":"rto","__proto__":{"ok":true}}'), /is not a field/],
    'an unknown built-in': [linkOf({ of: 'gone' }), /"gone", which is not here/],
    'a built-in made wrong': [linkOf({ of: 'rto', with: { seed: -4 } }), /seed: expected a seed from 0/],
    'no document': [linkOf({}), /expected an object, got nothing/],
    'a document without hosts': [
      linkOf({ document: { version: 1, id: 'x', title: 'x', hosts: [] } }),
      /at least one host/,
    ],
    'an unknown command': [
      withCommand({ kind: 'format', host: 0 }),
      /commands\[0\]\.action\.kind: expected one of call/,
    ],
    'a command on a host that is not there': [withCommand({ kind: 'crash', host: 9 }), /there is no host 9/],
    'a command on a link that is not there': [withCommand({ kind: 'plug', link: 5, connected: true }), /no link 5/],
    'a call that is none': [
      withCommand({ kind: 'call', host: 0, pid: 1, call: { call: 'exec', path: '/bin/sh' } }),
      /commands\[0\]\.action\.call\.call: expected one of socket/,
    ],
    'a call with a wild address': [
      withCommand({
        kind: 'call',
        host: 0,
        pid: 1,
        call: { call: 'connect', fd: 3, address: 'evil.example', port: 80 },
      }),
      /expected an IPv4 address/,
    ],
    'a sysctl out of range': [
      withCommand({ kind: 'sysctl', host: 0, name: 'mtu', value: 1 }),
      /sysctl mtu is a whole number from 576/,
    ],
    'a link setting out of range': [
      withCommand({ kind: 'link', link: 0, direction: 'both', settings: { delayMicros: -1 } }),
      /settings: expected settings of a link in their ranges/,
    ],
    'a command at no time': [withCommand({ kind: 'crash', host: 0 }, 0, 'now'), /commands\[0\]\.at: expected a time/],
    'a command in an endless future': [
      withCommand({ kind: 'crash', host: 0 }, 1e15),
      /commands\[0\]\.step: expected a step/,
    ],
    'commands out of order': [
      linkOf({
        of: 'rto',
        commands: [
          [5, 10, { kind: 'crash', host: 0 }],
          [5, 10, { kind: 'crash', host: 0 }],
        ],
      }),
      /commands\[1\]: a command cannot come before/,
    ],
    'a position that is none': [linkOf({ of: 'rto', position: [-1, 0] }), /position\.step: expected a step/],
  }
  test.each(Object.entries(cases))('%s', (_, [hash, sentence]) => {
    const result = decodeLink(hash)
    expect(result.ok ? 'accepted' : result.error).toMatch(sentence)
    expect(result.ok ? '' : result.error).toMatch(/^[^\n]{3,300}\.$/)
  })

  test('a single changed letter never throws', () => {
    for (let i = 0; i < GOOD_LINK.length; i++) {
      for (const letter of ['A', '_', '.', ' ']) {
        const result = decodeLink(GOOD_LINK.slice(0, i) + letter + GOOD_LINK.slice(i + 1))
        if (!result.ok) expect(result.error).toMatch(/^[^\n]{3,300}\.$/)
      }
    }
  })
})

describe('a session file', () => {
  const session = { ...freshSession(DEFAULT_SCENARIO), commands: COMMANDS, position: { step: 5, at: 9 } }

  test('gives back what was saved', () => {
    expect(parseSession(serializeSession(session))).toEqual({ ok: true, value: session })
  })

  test('may be a bare scenario', () => {
    expect(parseSession(JSON.stringify(DEFAULT_SCENARIO))).toEqual({ ok: true, value: freshSession(DEFAULT_SCENARIO) })
  })

  test.each([
    ['', /^The file is not JSON/],
    ['{"session":2}', /version 2; this TCPScope reads version 1/],
    ['{"session":1}', /document: is missing|commands: is missing/],
    [serializeSession({ ...session, position: { step: 0.5, at: 0 } }), /position\.step: expected a step/],
    [serializeSession({ ...session, commands: [{ step: 0, at: 0, action: { kind: 'crash', host: 4 } }] }), /no host 4/],
  ])('%.20s is refused with a sentence', (text, sentence) => {
    const result = parseSession(text)
    expect(result.ok ? 'accepted' : result.error).toMatch(sentence)
  })
})
