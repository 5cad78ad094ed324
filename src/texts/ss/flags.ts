/**
 * The words of an ss command (ss(8)): which sockets, and how much of each. Options may stand together (-tan) or alone, and `state NAME` picks states. Leaves out
 * filters by address and port, and the options of other socket families.
 */
import { err, ok } from '../../base'
import type { Result } from '../../base'
import type { TcpState } from '../../trace'
import { SS_STATES } from './names'

export interface SsFlags {
  /** Of whichever protocols none is named, all are shown. */
  readonly tcp: boolean
  readonly udp: boolean
  readonly unix: boolean
  readonly all: boolean
  readonly listening: boolean
  readonly numeric: boolean
  readonly processes: boolean
  readonly memory: boolean
  readonly info: boolean
  readonly timers: boolean
  readonly summary: boolean
  readonly noHeader: boolean
  /** Undefined: those that the options ask for. */
  readonly states: readonly TcpState[] | undefined
}

const LETTERS: Readonly<Record<string, keyof SsFlags>> = {
  t: 'tcp',
  u: 'udp',
  x: 'unix',
  a: 'all',
  l: 'listening',
  n: 'numeric',
  p: 'processes',
  m: 'memory',
  i: 'info',
  o: 'timers',
  s: 'summary',
  H: 'noHeader',
}

/** Names that `state` knows for several at once. */
const STATE_GROUPS: Readonly<Record<string, (state: TcpState) => boolean>> = {
  all: () => true,
  connected: (state) => state !== 'LISTEN' && state !== 'CLOSED',
  synchronized: (state) => state !== 'LISTEN' && state !== 'CLOSED' && state !== 'SYN-SENT',
  bucket: (state) => state === 'SYN-RECEIVED' || state === 'TIME-WAIT',
  big: (state) => state !== 'SYN-RECEIVED' && state !== 'TIME-WAIT',
  established: (state) => state === 'ESTABLISHED',
  listening: (state) => state === 'LISTEN',
  closed: (state) => state === 'CLOSED',
}

/** The flags of the words after `ss`, or one sentence about a word that is not understood. */
export function readSsFlags(words: readonly string[]): Result<SsFlags> {
  const set = new Set<keyof SsFlags>()
  let states: readonly TcpState[] | undefined
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === 'state') {
      const name = words[++i] ?? ''
      const found = statesNamed(name)
      if (found.length === 0) return err(`ss: wrong state name: ${name}`)
      states = [...(states ?? []), ...found]
      continue
    }
    if (!/^-[A-Za-z]+$/.test(word))
      return err(`ss: "${word}" is not understood here: options such as -tanp, and "state NAME".`)
    for (const letter of word.slice(1)) {
      if (!Object.hasOwn(LETTERS, letter)) {
        return err(`ss: invalid option -- '${letter}'; there are ${Object.keys(LETTERS).join(', ')}.`)
      }
      set.add(LETTERS[letter])
    }
  }
  const has = (flag: keyof SsFlags): boolean => set.has(flag)
  return ok({
    tcp: has('tcp'),
    udp: has('udp'),
    unix: has('unix'),
    all: has('all'),
    listening: has('listening'),
    numeric: has('numeric'),
    processes: has('processes'),
    memory: has('memory'),
    info: has('info'),
    timers: has('timers'),
    summary: has('summary'),
    noHeader: has('noHeader'),
    states,
  })
}

function statesNamed(name: string): TcpState[] {
  const all = Object.keys(SS_STATES) as TcpState[]
  const wanted = name.toUpperCase()
  return all.filter((state) =>
    Object.hasOwn(STATE_GROUPS, name) ? STATE_GROUPS[name](state) : SS_STATES[state] === wanted || state === wanted,
  )
}
