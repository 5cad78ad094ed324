/**
 * The shell commands of a script, in backquotes, as what they ask of a host: settings, and looks at counters. Nothing is run. Commands that
 * arrange a real kernel's devices and files mean nothing here and are passed over with a note.
 */
import { DEFAULTS_SH } from '../defaults-sh'

export type ShellAction =
  | { readonly kind: 'sysctl'; readonly name: string; readonly value: string }
  /** `ip route change ... initcwnd 20`: attributes of the route to the peer. */
  | { readonly kind: 'route'; readonly attribute: string; readonly value: string }
  /** `ip link set dev tun0 mtu 1400`. */
  | { readonly kind: 'mtu'; readonly value: string }
  | { readonly kind: 'sleep'; readonly micros: number }
  /** `nstat -n`: later looks count from here. */
  | { readonly kind: 'countersRead' }
  /** `nstat | grep X | grep -q " 3 "`: fails when the line is not there. */
  | { readonly kind: 'counterIs'; readonly patterns: readonly string[]; readonly sinceReset: boolean }
  | { readonly kind: 'ignored'; readonly command: string }

/** What a text between backquotes asks for, command by command. */
export function parseShell(text: string): ShellAction[] {
  return splitCommands(text).flatMap(parseCommand)
}

function splitCommands(text: string): string[] {
  const joined = text.replace(/\\\n/g, ' ')
  return joined
    .split(/\n|;|&&/)
    .map((command) => command.replace(/(^|\s)#.*$/, '').trim())
    .map(withoutWrapping)
    .filter((command) => command !== '')
}

/** Who runs a command, in what shell and what becomes of its failure does not matter: `sudo x`, `. x`, `bash x`, `(x)`, `x || true`. */
function withoutWrapping(command: string): string {
  return command
    .replace(/\s*\|\|.*$/, '')
    .replace(/^\((?!\()\s*|(?<!\))\)$/g, '')
    .replace(/^(?:(?:sudo|source|\.|bash|sh|python3?|exec|eval)\s+(?:-\w+\s+)*)+/, '')
    .trim()
}

function parseCommand(command: string): ShellAction[] {
  const words = splitWords(command)
  const program = words[0].split('/').at(-1) ?? ''
  switch (program) {
    case 'defaults.sh':
      return Object.entries(DEFAULTS_SH).map(([name, value]) => ({ kind: 'sysctl', name, value }))
    case 'sysctl':
      return settings(words.slice(1), command)
    case 'set_sysctls.py':
      return settings(words.slice(1), command)
    case 'echo':
      return parseEcho(command)
    case 'nstat':
      return parseNstat(command, words)
    case 'ip':
      return parseIp(command, words)
    case 'ifconfig':
      return parseMtu(command, words)
    case 'tc':
      return parseQdisc(command, words)
    case 'sleep':
      return [{ kind: 'sleep', micros: Math.round(Number(words[1]) * 1_000_000) || 0 }]
    default:
      return [{ kind: 'ignored', command }]
  }
}

/** Words with quotes taken off and `$((...))` worked out. */
function splitWords(command: string): string[] {
  const words = command.match(/(?:"[^"]*"|'[^']*'|\$\(\([^)]*\)\)|[^\s"'])+/g) ?? ['']
  return words.map((word) => arithmetic(word.replace(/["']/g, '')))
}

/** `$((15*1024*1024))`: products and sums of numbers. */
function arithmetic(word: string): string {
  return word.replace(/\$\(\(([\d\s*+<-]+)\)\)/g, (_, sum: string) =>
    String(
      sum.split('+').reduce((total, product) => {
        const factors = product.split('*').map(shifted)
        return total + factors.reduce((a, b) => a * b, 1)
      }, 0),
    ),
  )
}

function shifted(text: string): number {
  const [base, ...shifts] = text.split('<<').map(Number)
  return shifts.reduce((value, shift) => value * 2 ** shift, base)
}

function settings(words: readonly string[], command: string): ShellAction[] {
  const actions: ShellAction[] = []
  for (const word of words) {
    if (word.startsWith('-')) continue
    if (/^[12]?>/.test(word)) break
    const equals = word.indexOf('=')
    if (equals > 0)
      actions.push({ kind: 'sysctl', name: sysctlName(word.slice(0, equals)), value: word.slice(equals + 1) })
  }
  return actions.length > 0 ? actions : [{ kind: 'ignored', command }]
}

/** The last part of `net.ipv4.tcp_sack` and of `/proc/sys/net/ipv4/tcp_sack`. */
function sysctlName(path: string): string {
  return path.split(/[./]/).at(-1) ?? path
}

/** `echo 1 > /proc/sys/net/ipv4/tcp_x`. */
function parseEcho(command: string): ShellAction[] {
  const match = /^echo\s+(?:-n\s+)?["']?([^"'>]*?)["']?\s*>\s*\/proc\/sys\/(\S+)$/.exec(command)
  if (match === null) return [{ kind: 'ignored', command }]
  return [{ kind: 'sysctl', name: sysctlName(match[2]), value: match[1] }]
}

function parseNstat(command: string, words: readonly string[]): ShellAction[] {
  const flags = words.slice(1).filter((word) => /^-\w+$/.test(word))
  const patterns = [...command.matchAll(/grep\s+(?:-\w+\s+)*(?:"([^"]*)"|'([^']*)'|([^\s|>]+))/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare,
  )
  // Without -s, nstat remembers what it showed, and the next look counts from there.
  const keeps = flags.some((flag) => flag.includes('s'))
  const look: ShellAction[] =
    patterns.length === 0
      ? []
      : [{ kind: 'counterIs', patterns, sinceReset: !flags.some((flag) => flag.includes('a')) }]
  return keeps ? look : [...look, { kind: 'countersRead' }]
}

const ROUTE_ATTRIBUTES = [
  'initcwnd',
  'initrwnd',
  'ssthresh',
  'cwnd',
  'rto_min',
  'mtu',
  'advmss',
  'congctl',
  'features',
  'quickack',
]

function parseIp(command: string, words: readonly string[]): ShellAction[] {
  const object = words.slice(1).find((word) => !word.startsWith('-')) ?? ''
  if ('link'.startsWith(object)) return parseMtu(command, words)
  const actions: ShellAction[] = []
  if ('route'.startsWith(object)) {
    for (const attribute of ROUTE_ATTRIBUTES) {
      const at = words.indexOf(attribute)
      if (at === -1) continue
      const value = words[at + 1] === 'lock' ? words[at + 2] : words[at + 1]
      actions.push({ kind: 'route', attribute, value: value ?? '' })
    }
  }
  return actions.length > 0 ? actions : [{ kind: 'ignored', command }]
}

/** `tc qdisc replace dev tun0 root pfifo limit 0`: which discipline the device has matters to TCP in that fq paces, and that one without room drops. */
function parseQdisc(command: string, words: readonly string[]): ShellAction[] {
  const removed = words[2] === 'del' || words[2] === 'delete'
  const kind = removed ? 'pfifo' : words[words.indexOf('root') + 1]
  if (words[1] !== 'qdisc' || !words.includes('root') || kind === undefined) return [{ kind: 'ignored', command }]
  const limit = words.indexOf('limit')
  return [
    { kind: 'sysctl', name: 'default_qdisc', value: kind === 'fq' ? 'fq' : 'pfifo' },
    { kind: 'sysctl', name: 'txqueuelen', value: limit === -1 || kind === 'fq' ? '1000' : words[limit + 1] },
  ]
}

function parseMtu(command: string, words: readonly string[]): ShellAction[] {
  const at = words.indexOf('mtu')
  return at === -1 ? [{ kind: 'ignored', command }] : [{ kind: 'mtu', value: words[at + 1] ?? '' }]
}
