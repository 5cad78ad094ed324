/**
 * Links that nobody should send: broken on the way, made by another version, or made to do harm. Each with what the page must say, or `null`
 * where it has nothing to complain of and must only go on. `payload` squeezes anything as our own encoder would.
 */
import { deflateSync } from 'fflate'
import { encodeLink, findScenario, freshSession } from '../../src/scenario'
import { toBase64url } from '../../src/scenario/link/base64url'
import { DICTIONARY_1 } from '../../src/scenario/link/dictionary'
import { squeeze } from '../../src/scenario/link/squeeze'

export interface HostileLink {
  readonly name: string
  /** What stands after `#`. */
  readonly hash: string
  readonly sentence: RegExp | null
}

function payload(value: unknown): string {
  return `1.${squeeze(typeof value === 'string' ? value : JSON.stringify(value))}`
}

function squeezedBytes(bytes: Uint8Array): string {
  return `1.${toBase64url(deflateSync(bytes, { dictionary: DICTIONARY_1 }))}`
}

function commands(...list: readonly unknown[]): string {
  return payload({ of: 'three-way-handshake', commands: list })
}

function document(fields: object): string {
  return payload({ document: { version: 1, id: 'hostile', title: 'Hostile', hosts: [{ name: 'a' }], ...fields } })
}

const builtIn = findScenario('three-way-handshake')
if (builtIn === undefined) throw new Error('the first scenario is not there')

/** A link that works, to be broken. */
export const GOOD_LINK = encodeLink({
  ...freshSession(builtIn),
  commands: [{ step: 0, at: 0, action: { kind: 'sysctl', host: 0, name: 'tcp_sack', value: 0 } }],
  position: { step: 9, at: 30_000 },
})

function withLetter(at: number, letter: string): string {
  return GOOD_LINK.slice(0, at) + letter + GOOD_LINK.slice(at + 1)
}

const connect = { call: 'connect', fd: 'c', address: 'b', port: 80 }
const noise = Uint8Array.from({ length: 999 }, (_, i) => (i * 7_919 + (i >> 3)) & 255)
const wildCommand = { kind: 'call', host: 0, pid: 1_000, call: { call: 'connect', fd: 3, address: 'evil', port: 80 } }

/** Nothing in them can be opened: one sentence, and the first scenario. */
export const REFUSED: Readonly<Record<string, readonly HostileLink[]>> = {
  words: [
    { name: 'an unknown scenario', hash: 'no-such-scenario', sentence: /names no scenario that is here/ },
    { name: 'a path', hash: '/../../etc/passwd', sentence: /does not begin as a TCPScope link/ },
    { name: 'a script', hash: 'javascript:alert(1)', sentence: /names no scenario/ },
    { name: 'markup', hash: '<img src=x onerror=alert(1)>', sentence: /names no scenario/ },
    { name: 'a broken percent code', hash: '%E0%A4%A', sentence: /names no scenario/ },
    { name: 'a percent-encoded link', hash: encodeURIComponent(`#${GOOD_LINK}`), sentence: /does not begin/ },
    { name: 'a very long word', hash: 'x'.repeat(200_000), sentence: /names no scenario/ },
  ],
  'broken on the way': [
    {
      name: 'the next version',
      hash: GOOD_LINK.replace('1.', '2.'),
      sentence: /version 2; this TCPScope reads version 1/,
    },
    { name: 'a version that is none', hash: GOOD_LINK.replace('1.', '-1e9.'), sentence: /does not begin/ },
    { name: 'nothing after the version', hash: '1.', sentence: /damaged|cut short/ },
    { name: 'half of a link', hash: GOOD_LINK.slice(0, GOOD_LINK.length / 2), sentence: /damaged|cut short|not JSON/ },
    { name: 'a link without its end', hash: GOOD_LINK.slice(0, -3), sentence: /damaged|cut short|not JSON/ },
    { name: 'a letter that no link has', hash: withLetter(12, '!'), sentence: /characters that no link has/ },
    { name: 'one flipped letter', hash: withLetter(4, GOOD_LINK[4] === 'A' ? 'B' : 'A'), sentence: /\S/ },
    { name: 'noise', hash: `1.${toBase64url(noise)}`, sentence: /damaged|cut short|unpacks/ },
  ],
  'squeezed by someone else': [
    { name: 'squeezed noise', hash: squeezedBytes(noise), sentence: /not JSON/ },
    { name: 'a bomb', hash: squeezedBytes(new Uint8Array(300_000_000)), sentence: /more than a session can hold/ },
    { name: 'a list for an object', hash: payload([1, 2, 3]), sentence: /expected an object, got a list of 3/ },
    { name: 'null', hash: payload('null'), sentence: /expected an object/ },
    { name: 'brackets without end', hash: payload('['.repeat(100_000)), sentence: /nested deeper/ },
    { name: 'a polluting field', hash: payload('{"of":"rto","__proto__":{"x":1}}'), sentence: /is not a field/ },
  ],
  'documents that do not add up': [
    {
      name: 'a number for a name',
      hash: document({ hosts: [{ name: 7 }] }),
      sentence: /hosts\[0\]\.name: expected one line/,
    },
    { name: 'a text for a list', hash: document({ hosts: 'many' }), sentence: /hosts: expected a list/ },
    {
      name: 'ten thousand hosts',
      hash: document({ hosts: Array.from({ length: 10_000 }, (_, i) => ({ name: `h${i}` })) }),
      sentence: /hosts: expected a list of at most 16/,
    },
    {
      name: 'a hundred thousand commands',
      hash: commands(...Array.from({ length: 100_000 }, (_, i) => [i, 0, { kind: 'crash', host: 0 }])),
      sentence: /commands: expected a list of at most/,
    },
    {
      name: 'a loop in a loop in a loop',
      hash: document({ hosts: [{ name: 'a', programs: [{ name: 'p', steps: nested(20) }] }] }),
      sentence: /nested deeper/,
    },
    {
      name: 'a loop around nothing',
      hash: document({ hosts: [{ name: 'a', programs: [{ name: 'p', steps: [{ repeat: 'forever', steps: [] }] }] }] }),
      sentence: /expected at least one step/,
    },
  ],
  'commands and places that do not add up': [
    { name: 'a host that is not there', hash: commands([0, 0, { kind: 'crash', host: 9 }]), sentence: /no host 9/ },
    { name: 'a wild address', hash: commands([0, 0, wildCommand]), sentence: /expected an IPv4 address/ },
    { name: 'a step before the first', hash: payload({ of: 'rto', position: [-1, 0] }), sentence: /expected a step/ },
    {
      name: 'a time that is not a number',
      hash: payload({ of: 'rto', position: [0, '1e9'] }),
      sentence: /position\[1\]/,
    },
    {
      name: 'a step in an endless future',
      hash: payload({ of: 'rto', position: [1e15, 0] }),
      sentence: /expected a step/,
    },
  ],
}

function nested(depth: number): readonly object[] {
  return depth === 0 ? [{ sleep: '1s' }] : [{ repeat: 2, steps: nested(depth - 1) }]
}

function restless(...steps: readonly object[]): object {
  return { hosts: [{ name: 'a', programs: [{ name: 'p', steps: [{ repeat: 'forever', steps }] }] }, { name: 'b' }] }
}

/** They can be opened, and ask for too much: the page gives what it can, and says so. */
export const WILD: readonly HostileLink[] = [
  {
    name: 'a position beyond the end',
    hash: payload({ of: 'connection-refused', position: [4_000_000, 9e15] }),
    sentence: /position that it asks for was not reached/,
  },
  {
    name: 'a command beyond the end',
    hash: payload({ of: 'connection-refused', commands: [[900_000, 9e15, { kind: 'crash', host: 0 }]] }),
    sentence: /1 of its commands had no place/,
  },
  {
    name: 'orders for packets that are not there',
    hash: commands([0, 0, { kind: 'packet', packet: 999_999_999, order: 'lose' }]),
    sentence: null,
  },
  {
    name: 'calls of a process that is not there',
    hash: commands([0, 0, { kind: 'call', host: 1, pid: 999_999_999, call: { call: 'close', fd: -999_999 } }]),
    sentence: null,
  },
  { name: 'a restless program', hash: document(restless({ call: 'close', fd: 99 })), sentence: null },
  {
    name: 'a restless program, far along',
    hash: payload({
      document: { version: 1, id: 'restless', title: 'Restless', ...restless({ call: 'close', fd: 99 }) },
      position: [4_000_000, 0],
    }),
    sentence: /position that it asks for was not reached/,
  },
  {
    name: 'a link of no rate and an hour of delay',
    hash: document({
      hosts: [{ name: 'a', programs: [{ name: 'p', steps: [{ call: 'socket', as: 'c' }, connect] }] }, { name: 'b' }],
      links: [{ a: 'a', b: 'b', both: { rate: 1, delay: '1h', queue: 0, loss: 1, corrupt: 1, duplicate: 1 } }],
    }),
    sentence: null,
  },
]

/** Programs that open socket after socket, and a position millions of steps along: it takes seconds to find that it is not reached. */
export const ENDLESS = payload({
  document: { version: 1, id: 'endless', title: 'Endless', ...restless({ call: 'socket' }) },
  position: [4_000_000, 0],
})

export const MARKUP_TITLE = '<img src=x onerror=window.owned=1>'
export const MARKUP_HOST = '<b>a</b>'
const script = '</script><script>window.owned=1</script>'

/** A document with markup wherever text may stand. */
export const MARKUP = document({
  title: MARKUP_TITLE,
  summary: script,
  hint: `\`${script}\` <iframe src=javascript:window.owned=1>`,
  watch: [script],
  hosts: [
    { name: MARKUP_HOST, programs: [{ name: script.slice(0, 32), steps: [{ sleep: '1s' }] }] },
    { name: 'b', role: 'server' },
  ],
})
