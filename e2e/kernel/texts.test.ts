/**
 * Our ss, netstat, nstat and /proc/net/tcp beside the real ones. The same situations are made on a real kernel (texts.py) and on our hosts: what the columns say
 * must agree. And our layout and sentences are given the real tools' own cells and counters: the text must agree to the letter.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { LINUX_SYSCTL } from '../../src/trace'
import { runText } from '../../src/texts'
import { layOut } from '../../src/texts/ss/columns'
import { ourSituations, SITUATION_NAMES } from './text-situations'
import { kernelUnavailable, namespaceFlags } from './wire'

const COMMANDS = ['ss -tan', 'ss -tanpo', 'ss -ltn', 'ss -Htan', 'ss -tminoa', 'cat /proc/net/tcp']

function needed(): string | undefined {
  const missing = kernelUnavailable()
  if (missing !== undefined) return missing
  const tools = spawnSync('sh', ['-c', 'command -v ss netstat nstat script iptables >/dev/null && iptables -S'], {
    encoding: 'utf8',
  })
  return tools.status === 0 ? undefined : `ss, netstat, nstat, script and iptables are needed ${tools.stderr.trim()}`
}

const reason = needed()
if (reason !== undefined) console.log(`Not run: the texts of the tools: ${reason}`)

/** One row of ss: what it says, with ports as parts played. */
interface Row {
  readonly situation: number
  readonly side: 'client' | 'server'
  readonly cells: readonly string[]
  readonly details: string
}

const PORT = /^7\d{3}$/

/** Cells of ss: state, Recv-Q, Send-Q, local port, peer port, and the words behind them; details are the line that may follow. */
function readRows(text: string): Row[] {
  const rows: Row[] = []
  for (const line of text.split('\n').slice(1)) {
    if (line.startsWith('\t')) {
      const last = rows.pop()
      if (last !== undefined) rows.push({ ...last, details: line.trim() })
      continue
    }
    const [state, receive, send, local, peer, ...rest] = line.trim().split(/\s+/)
    if (peer === undefined) continue
    const [localPort, peerPort] = [local, peer].map((address) => address.split(':')[1])
    const side = PORT.test(localPort) ? 'server' : 'client'
    const situation = Number(side === 'server' ? localPort : peerPort)
    rows.push({ situation, side, cells: [state, receive, send, ...rest.map(roughly)], details: '' })
  }
  return rows
}

/** Processes by their number, timers by their kind: what a clock or a process table decides is left out. */
function roughly(word: string): string {
  if (word.startsWith('users:')) return `${word.split('pid=').length - 1} users`
  return word.replace(/^timer:\((\w+),.*,(\d+)\)$/, (_, kind: string) => `timer ${kind}`)
}

/** How much fits into a small buffer, and so what is left, is the driver's choice. */
const SHUT_WINDOW = 7_001 + SITUATION_NAMES.indexOf('a window that is shut')
const DRIVERS_CHOICE = /^(?:1[789]\d\d|18\d\d\d)$/

function told(rows: readonly Row[]): string[] {
  return rows
    .map(({ side, cells }) => [side, ...cells.map((cell) => cell.replace(DRIVERS_CHOICE, 'many'))].join(' '))
    .toSorted()
}

describe.skipIf(reason !== undefined)('ss, netstat and /proc/net/tcp beside the real ones', () => {
  let kernel: Readonly<Record<string, string>> = {}
  beforeAll(() => {
    const script = fileURLToPath(new URL('texts.py', import.meta.url))
    const args = ['-k', '5', '60', 'unshare', ...namespaceFlags(), 'python3', script, JSON.stringify(COMMANDS)]
    const { stdout, stderr } = spawnSync('timeout', args, { encoding: 'utf8', maxBuffer: 2 ** 24 })
    if (stdout === '') throw new Error(stderr)
    kernel = JSON.parse(stdout) as Record<string, string>
  }, 90_000)

  describe('say the same of the same situation', () => {
    for (const [index, name] of SITUATION_NAMES.entries()) {
      test(name, () => {
        const situation = 7_001 + index
        const pick = (rows: readonly Row[]): Row[] => rows.filter((row) => row.situation === situation)
        const ours = ourSituations(situation)
        expect(told(pick(readRows(ours('ss -tanpo'))))).toEqual(told(pick(readRows(kernel['ss -tanpo']))))
        expect(procFields(ours('cat /proc/net/tcp'), situation)).toEqual(
          procFields(kernel['cat /proc/net/tcp'], situation),
        )
        if (situation !== SHUT_WINDOW)
          compareDetails(pick(readRows(ours('ss -tminoa'))), pick(readRows(kernel['ss -tminoa'])))
      })
    }
  })

  test('rows and header are laid out to the letter, for a pipe and for a terminal of 120 columns', () => {
    for (const command of ['ss -tan', 'ss -tanpo', 'ss -ltn', 'ss -Htan']) {
      const hasHeader = !command.includes('H')
      const real = kernel[command].trimEnd().split('\n')
      const cells = real.map((line, i) => cellsOf(line, hasHeader && i === 0))
      expect(layOut(COLUMNS, cells, undefined), command).toEqual(real.map((line) => line.trimEnd()))
      const terminal = kernel[`tty ${command}`].trimEnd().split(/\r?\n/)
      const wide = terminal.map((line, i) => cellsOf(line, hasHeader && i === 0))
      const fits = Math.max(...terminal.map((line) => line.length)) <= 120
      if (fits) expect(layOut(COLUMNS, wide, 120)).toEqual(terminal.map((line) => line.trimEnd()))
    }
  })

  test('netstat -s and nstat turn the same counters into the same text', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tcpscope-net-'))
    try {
      const counters = writeCounters(folder)
      const real = (command: string): string[] => {
        const shell = `mount --bind ${folder} /proc/$$/net && NSTAT_HISTORY=${folder}/history exec ${command}`
        const { stdout, stderr } = spawnSync(
          'timeout',
          ['20', 'unshare', process.getuid?.() === 0 ? '-m' : '-Urm', 'bash', '-c', shell],
          {
            encoding: 'utf8',
          },
        )
        if (stdout === '') throw new Error(stderr)
        return stdout
          .trimEnd()
          .split('\n')
          .map((line) => line.trimEnd())
      }
      const report = {
        name: 'test',
        at: 0,
        sockets: [],
        sysctl: LINUX_SYSCTL,
        ip: { forwards: false, interfaces: [], routes: [], neighbours: [], exceptions: [] },
        counters,
      }
      const ours = (command: string): string[] => {
        const printed = runText(command, report)
        return printed.ok ? printed.value.map(({ text }) => text) : [printed.error]
      }
      const known = (line: string): boolean => !/^(UdpLite|IcmpMsg|MPTcpExt|Ip6|Udp6|Icmp6)./.test(line)
      expect(ours('netstat -s')).toEqual(real('netstat -s').filter((line) => !line.startsWith('IcmpMsg')))
      expect(ours('nstat -az')).toEqual(real('nstat -az').filter((line) => known(line)))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

const COLUMNS = [
  { header: 'State', align: 'left', gap: ' ' },
  { header: 'Recv-Q', align: 'left', gap: ' ' },
  { header: 'Send-Q', align: 'left', gap: ' ' },
  { header: 'Local Address:', align: 'right', gap: ' ' },
  { header: 'Port', align: 'left', gap: '' },
  { header: 'Peer Address:', align: 'right', gap: ' ' },
  { header: 'Port', align: 'left', gap: '' },
  { header: 'Process', align: 'left', gap: '' },
] as const

/** A line of ss cut into its cells. */
function cellsOf(line: string, isHeader: boolean): string[] {
  if (isHeader) return COLUMNS.map(({ header }) => header)
  const [state, receive, send, local, peer, ...rest] = line.trim().split(/\s+/)
  const cut = (address: string): string[] => {
    const [host, port] = address.split(':')
    return [`${host}:`, port]
  }
  // ss pads the two queues by itself.
  return [
    state,
    receive.padEnd(6),
    send.padEnd(6),
    ...cut(local),
    ...cut(peer),
    rest.map((word) => ` ${word}`).join(''),
  ]
}

/** Of /proc/net/tcp: state, queues, timer, retransmissions, probes, whether there is an inode; times and places left out. */
function procFields(text: string, situation: number): string[] {
  const rows = text.split('\n').slice(1)
  return rows
    .flatMap((row) => {
      const [, local, remote, state, queues, timer, timeouts, uid, probes, inode, , , ...more] = row.trim().split(/\s+/)
      if (remote === undefined) return []
      const ports = [local, remote].map((address) => Number.parseInt(address.split(':')[1], 16))
      if (!ports.includes(situation)) return []
      const side = ports[0] === situation ? 'server' : 'client'
      const retried = Number.parseInt(timeouts, 16) > 0 ? 'retried' : 'first'
      const kind = timer.split(':')[0]
      return [
        [
          side,
          state,
          situation === SHUT_WINDOW ? queues.replaceAll(/0000[0-9A-F]*[1-9A-F][0-9A-F]*/g, 'many') : queues,
          kind,
          retried,
          uid,
          // How many windows were asked for by now is the clock's.
          kind === '04' ? 'some' : probes,
          inode === '0' ? 'none' : 'inode',
          more.length,
        ].join(' '),
      ]
    })
    .toSorted()
}

/** Fields whose value depends on no clock. */
const DETERMINED =
  /^(mss|pmtu|rcvmss|advmss|wscale|bytes_acked|bytes_received|segs_in|data_segs_in|delivered|rcv_space|rcv_ssthresh|unacked|notsent|snd_wnd)$/

/** Names in the order of ss, and values where no clock decides them. */
function compareDetails(ours: readonly Row[], kernels: readonly Row[]): void {
  const sorted = (rows: readonly Row[]): Row[] => rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
  const key = ({ side, cells }: Row): string => [side, ...cells].join(' ')
  const [own, real] = [sorted(ours), sorted(kernels)]
  for (const [i, { details }] of own.entries()) {
    const { details: expected } = real[i]
    expect(determined(details), details).toEqual(determined(expected))
    expect(memory(details), details).toEqual(memory(expected))
  }
}

function words(details: string): [string, string][] {
  return details
    .split(' ')
    .filter((word) => /^[a-z_]+:\S+$/.test(word))
    .map((word) => [word.slice(0, word.indexOf(':')), word.slice(word.indexOf(':') + 1)])
}

function determined(details: string): string[] {
  return words(details).flatMap(([name, value]) => (DETERMINED.test(name) ? [`${name}:${value}`] : []))
}

/** Limits of the two buffers; what segments are charged depends on the driver. */
function memory(details: string): string[] {
  return /skmem:\(r\d+,(rb\d+),(t\d+),tb\d+,f\d+,w\d+,(o\d+),(bl\d+),/.exec(details)?.slice(1) ?? []
}

/** Files of counters, each with a number of its own, and the same as a host of ours keeps them. */
function writeCounters(folder: string): Record<string, number> {
  const counters: Record<string, number> = {}
  let next = 1_000
  for (const file of ['snmp', 'netstat']) {
    const lines = readFileSync(`/proc/net/${file}`, 'utf8').trim().split('\n')
    const out = lines.map((line, i) => {
      if (i % 2 === 0) return line
      const [group, ...names] = lines[i - 1].split(' ')
      const known = /^(Ip|Icmp|Tcp|Udp|TcpExt|IpExt):$/.test(group)
      const values = names.map((name) => {
        if (!known) return 0
        next++
        const prefix = /^(Icmp|Udp):/.test(group) || (group === 'IpExt:' && name === 'InCsumErrors')
        counters[prefix ? group.slice(0, -1) + name : name] = next
        return next
      })
      return [group, ...values].join(' ')
    })
    writeFileSync(join(folder, file), `${out.join('\n')}\n`)
  }
  return counters
}
