/**
 * The real kernel as the machine under test of a packetdrill script (src/packetdrill UnderTest). Its clock is the script's plan: it stands at the planned
 * moment of the event that is played or at the kernel's own stamp of what happened, so that a delay of ours does not add up.
 *
 * The kernel starts with the settings that our host starts with, where they belong to a network namespace.
 */
import { addSocket, createRun, failAt, parseShell, unsupportedAt } from '../../../src/packetdrill'
import type { CallLine, Made, Run, Script, SentPacket, ShellLine, UnderTest } from '../../../src/packetdrill'
import { decodePacket, encodeIcmp, encodePacket } from '../../../src/wire'
import { answerOf, scriptNumber } from './answer'
import { openChannel } from './channel'
import type { Channel, Happening, Reply, Returned } from './channel'
import { readTcpInfo } from './tcp-info'

export interface KernelRun {
  readonly run: Run
  close(): void
}

/** Linux's defaults, where this machine's own may be others. */
const SETTINGS: Readonly<Record<string, string>> = {
  tcp_congestion_control: 'cubic',
  tcp_rmem: '4096 131072 33554432',
  tcp_wmem: '4096 16384 4194304',
}
/** Commands of a script that are run in its namespace; any other is passed over. */
const RUN = new Set(['ip', 'nstat', 'ss', 'tc', 'ifconfig'])
/** How late something may be on a machine that others keep busy, and still be what the script expects. */
const SLACK_MICROS = 60_000
/** How long a call that must not block has to return. */
const CALL_SECONDS = 0.3

interface Player {
  readonly channel: Channel
  readonly queue: Happening[]
  readonly returned: Map<number, Returned & { readonly at: number }>
  now: number
  readonly sent: SentPacket[]
  onProgress: () => void
}

/** A kernel in a namespace of its own, ready for the script's first event. */
export function createKernelRun(script: Script, helper: string, limitSeconds: number): KernelRun {
  const { localIp, remoteIp, mtu, mss } = script.options
  const channel = openChannel({
    helper,
    local: localIp,
    remote: remoteIp,
    mtu: mtu ?? 1500,
    mss: mss ?? 0,
    limitSeconds,
  })
  const player: Player = { channel, queue: [], returned: new Map(), now: 0, sent: [], onProgress: () => undefined }
  const run: Run = createRun(
    script,
    asUnderTest(player, () => run),
  )
  for (const [name, value] of Object.entries(SETTINGS)) channel.order({ op: 'sysctl', name, value })
  return { run, close: () => channel.close() }
}

function asUnderTest(player: Player, run: () => Run): UnderTest {
  let started = false
  let calls = 0
  const begin = (): void => {
    if (!started) player.channel.order({ op: 'start' })
    started = true
  }
  const own: Omit<UnderTest, keyof Player> = {
    slackMicros: SLACK_MICROS,
    advanceTo: (to) => {
      begin()
      awaitThat(player, to, () => false)
    },
    awaitThat: (limit, holds) => awaitThat(player, limit, holds),
    inject: (ip, segment) => send(player, run(), encodePacket(ip, segment)),
    injectIcmp: (ip, icmp) => send(player, run(), encodeIcmp(ip, icmp)),
    perform: (line, call) => perform(player, run(), line, call, calls++),
    shell: (line) => shell(player, run(), line),
    info: () => info(player, run()),
  }
  return Object.assign(player, own)
}

function send(player: Player, run: Run, packet: Uint8Array): void {
  const { error } = player.channel.order({ op: 'send', bytes: Buffer.from(packet).toString('hex') })
  if (error !== undefined) run.notes.push(error)
}

/** As UnderTest.awaitThat; waits in real time. */
function awaitThat(player: Player, limit: number, holds: () => boolean): boolean {
  let real = -1
  while (!holds()) {
    const next = player.queue[0]
    if (next !== undefined && next.at <= Math.max(limit, real)) {
      player.queue.shift()
      player.now = Math.max(player.now, Math.min(next.at, limit))
      take(player, next)
      continue
    }
    if (real >= limit) {
      player.now = Math.max(player.now, limit)
      return false
    }
    const reply = player.channel.order({ op: 'wait', until: Number.isFinite(limit) ? limit : 1e12 })
    player.queue.push(...(reply.happened ?? []))
    real = reply.now ?? 0
  }
  return true
}

function take(player: Player, happening: Happening): void {
  if (happening.kind === 'return') player.returned.set(happening.id, happening)
  else {
    const bytes = Buffer.from(happening.bytes, 'hex')
    const decoded = decodePacket(bytes)
    if (!decoded.ok) return
    const { ip, segment } = decoded.value
    const packet = { id: -1, ip, segment, damaged: undefined, length: bytes.length, sentEvent: -1 }
    player.sent.push({ at: happening.at, packet, header: Uint8Array.from(bytes) })
  }
  player.onProgress()
}

function perform(player: Player, run: Run, line: number, call: CallLine, id: number): Made {
  before(run, call)
  const wait = call.until === undefined ? CALL_SECONDS : 0
  const order = { op: 'call', id, name: call.name, args: call.args, result: call.result ?? null, wait }
  const { returned: atOnce } = player.channel.order(order)
  if (atOnce !== undefined) take(player, atOnce)
  let known: ReturnType<Made['answer']>
  return {
    answer: () => {
      const returned = player.returned.get(id)
      if (returned === undefined || known !== undefined) return known
      if (returned.unknown !== undefined) return unsupportedAt(line, returned.unknown)
      after(run, call, returned)
      return (known = answerOf(line, call, returned))
    },
    returnedAt: () => player.returned.get(id)?.at,
  }
}

/** What a call changes in the script's view of its sockets, before the packets that it makes the kernel send. */
function before(run: Run, call: CallLine): void {
  if (call.name !== 'connect') return
  const socket = run.sockets.findLast(({ fd }) => fd === scriptNumber(call.args[0]))
  if (socket === undefined || (socket.kind !== 'fresh' && socket.kind !== 'connecting')) return
  socket.kind = 'connecting'
  socket.remotePort = scriptNumber(fieldOf(call, 'sin_port')) ?? 8_080
  run.underTest = socket
}

/** What its result changes. Descriptors are the script's numbers: the helper knows the kernel's. */
function after(run: Run, call: CallLine, { value = -1, local = 0, peer = 0 }: Returned): void {
  const fd = scriptNumber(call.args[0])
  const socket = run.sockets.findLast((record) => record.fd === fd)
  if (value < 0) return
  const made = call.result ?? value
  if (call.name === 'socket') addSocket(run, { kind: 'fresh', fd: made, localPort: 0, remotePort: 0 })
  else if (call.name === 'accept' || call.name === 'accept4') {
    const child = run.sockets.find((it) => it.kind === 'child' && it.remotePort === peer && it.localPort === local)
    if (child !== undefined) child.fd = made
  } else if (socket === undefined) return
  else if (call.name === 'bind') socket.localPort = scriptNumber(fieldOf(call, 'sin_port')) ?? 8_080
  else if (call.name === 'listen') socket.kind = 'listening'
  else if (call.name === 'close') socket.fd = -1
}

function fieldOf(call: CallLine, name: string): CallLine['args'][number] | undefined {
  const address = call.args[1]
  return address?.kind === 'record' ? address.fields[name] : undefined
}

/** Sysctls are written, counters and routes are looked at and changed in the namespace; nothing else is run. */
function shell(player: Player, run: Run, { text, line }: ShellLine): void {
  const kept: string[] = []
  for (const command of text.replace(/\\\n/g, ' ').split(/\n|;|&&/)) {
    const program = command.trim().split(/\s+/)[0].split('/').at(-1) ?? ''
    if (RUN.has(program)) kept.push(command.trim())
    else for (const action of parseShell(command)) settle(player, run, action)
  }
  if (kept.length === 0) return
  const reply: Reply = player.channel.order({ op: 'sh', command: kept.join(' && ') })
  if (reply.status !== 0) failAt(line, `${kept.join('; ')} to succeed`, `status ${reply.status} ${reply.output}`.trim())
}

function settle(player: Player, run: Run, action: ReturnType<typeof parseShell>[number]): void {
  if (action.kind === 'sysctl') {
    const { error } = player.channel.order({ op: 'sysctl', name: action.name, value: action.value })
    if (error !== undefined) run.notes.push(`sysctl ${action.name}=${action.value}: ${error}`)
  } else if (action.kind === 'sleep') awaitThat(player, player.now + action.micros, () => false)
  else if (action.kind === 'ignored') run.notes.push(`passed over: ${action.command}`)
}

function info(player: Player, run: Run): Record<string, number> | undefined {
  const fd = run.underTest?.fd ?? -1
  if (fd === -1) return undefined
  const reply = player.channel.order({ op: 'info', fd })
  return reply.info === undefined ? undefined : readTcpInfo(reply.info, reply.meminfo ?? '')
}
