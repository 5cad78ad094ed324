/**
 * The commands that a host answers, as a person types them. A new one is a line in READERS, and one in commands.ts for the list that a page offers.
 */
import { err, ok } from '../base'
import type { Result } from '../base'
import type { HostReport, TextLine } from '../trace'
import { conntrackLines, dmesgLines } from './conntrack'
import { iptablesLines, saveLines } from './iptables'
import { ipLines } from './ip'
import { netstatLines } from './netstat'
import { nstatLines } from './nstat'
import { procCounterLines, procTcpLines, procUdpLines } from './proc'
import { readSsFlags } from './ss/flags'
import { ssLines } from './ss/table'
import { sockstatLines } from './ss/summary'

type Reader = (words: readonly string[], report: HostReport, terminal?: number) => Result<readonly TextLine[]>

const FILES: Readonly<Record<string, (report: HostReport) => readonly TextLine[]>> = {
  '/proc/net/tcp': procTcpLines,
  '/proc/net/udp': procUdpLines,
  '/proc/net/snmp': (report) => procCounterLines(report, ['Ip', 'Icmp', 'Tcp', 'Udp']),
  '/proc/net/netstat': (report) => procCounterLines(report, ['TcpExt', 'IpExt']),
  '/proc/net/sockstat': sockstatLines,
}

const READERS: Readonly<Record<string, Reader>> = {
  ss(words, report, terminal) {
    const flags = readSsFlags(words)
    return flags.ok ? ok(ssLines(report, flags.value, terminal)) : flags
  },
  netstat: (words, report) =>
    words.join(' ') === '-s' ? ok(netstatLines(report)) : err('netstat: only -s is known here; ss shows sockets.'),
  nstat: (words, report) =>
    words.every((word) => /^-[az]+$/.test(word))
      ? ok(nstatLines(report, words.join('').includes('z')))
      : err('nstat: only -a and -z are known here.'),
  ip: (words, report) => ipLines(words, report),
  cat([path, ...more], report) {
    if (path === undefined || more.length > 0) return err('cat: one file, please.')
    if (!Object.hasOwn(FILES, path))
      return err(`cat: ${path}: No such file; there are ${Object.keys(FILES).join(', ')}.`)
    return ok(FILES[path](report))
  },
  iptables: iptablesLines,
  'iptables-save': saveLines,
  conntrack: conntrackLines,
  dmesg: (words, report) => (words.length === 0 ? ok(dmesgLines(report)) : err('dmesg: no options are known here.')),
}

/** What a command prints on a host; or one sentence that says why it does not. `terminal` is the width of a terminal, undefined for a pipe. */
export function runText(command: string, report: HostReport, terminal?: number): Result<readonly TextLine[]> {
  const [name = '', ...words] = command.trim().split(/\s+/)
  if (!Object.hasOwn(READERS, name)) {
    return err(`${name}: command not found; there are ${Object.keys(READERS).join(', ')}.`)
  }
  return READERS[name](words, report, terminal)
}
