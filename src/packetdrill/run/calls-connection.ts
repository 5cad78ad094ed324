/** socket, bind, listen, accept, connect, shutdown, close: calls that make connections and end them. */
import { formatIpv4 } from '../../wire'
import type { CallLine, Value } from '../syntax'
import { failAt, Failure, unsupportedAt } from './failure'
import { socketOfFd } from './find'
import { immediate, liveFd, made } from './made'
import type { Answer, Made } from './made'
import { addSocket, SCRIPT_PORT } from './run'
import type { HostRun as Run, TestSocket } from './run'
import { field, optionalNumber, showValue, valueNames, valueNumber } from './values'

/** A call that gives a descriptor: its answer is mapped to the script's number, once. */
export function descriptorFrom(run: Run, call: CallLine, from: Made, onFd: (fd: number) => void): Made {
  let mapped = false
  return {
    ...from,
    answer: () => {
      const answer = from.answer()
      if (answer === undefined) return undefined
      if (!mapped && answer.errno === '') {
        mapped = true
        if (call.result !== undefined) run.descriptors.set(call.result, answer.value)
        onFd(answer.value)
      }
      const it: Answer = { ...answer, kind: 'descriptor' }
      return it
    },
  }
}

export function socket(run: Run, line: number, call: CallLine): Made {
  const kinds = valueNames(call.args[1])
  const protocol = valueNames(call.args[2])
  if (kinds.includes('SOCK_DGRAM') || kinds.includes('SOCK_RAW') || protocol.includes('IPPROTO_MPTCP')) {
    unsupportedAt(line, `a socket of ${[...kinds, ...protocol].join(', ')}`)
  }
  const from = made(run, { call: 'socket', nonblock: kinds.includes('SOCK_NONBLOCK') })
  return descriptorFrom(run, call, from, (fd) => {
    addSocket(run, { kind: 'fresh', fd, localPort: 0, remotePort: 0 })
  })
}

export function bind(run: Run, line: number, call: CallLine): Made {
  const fd = liveFd(run, line, call.args[0])
  const port = portOf(call.args[1]) ?? SCRIPT_PORT
  const result = made(run, { call: 'bind', fd, port, ...addressOf(call.args[1]) })
  const socketRecord = byFd(run, fd)
  if (socketRecord !== undefined) socketRecord.localPort = port
  return result
}

export function listen(run: Run, line: number, call: CallLine): Made {
  const fd = liveFd(run, line, call.args[0])
  const backlog = optionalNumber(call.args[1]) ?? 128
  const result = made(run, { call: 'listen', fd, backlog })
  const record = byFd(run, fd)
  if (record !== undefined && result.answer()?.errno === '') {
    record.kind = 'listening'
    record.localPort = socketOfFd(run, fd)?.local.port ?? record.localPort
  }
  return result
}

export function accept(run: Run, line: number, call: CallLine): Made {
  const fd = liveFd(run, line, call.args[0])
  const nonblock = valueNames(call.args[3]).includes('SOCK_NONBLOCK')
  return descriptorFrom(run, call, made(run, { call: 'accept', fd, nonblock }), (child) => {
    const ports = socketOfFd(run, child)
    const record = run.sockets.find(
      (it) => it.kind === 'child' && it.remotePort === ports?.remote.port && it.localPort === ports.local.port,
    )
    if (record !== undefined) record.fd = child
  })
}

export function connect(run: Run, line: number, call: CallLine): Made {
  const fd = liveFd(run, line, call.args[0])
  const family = field(call.args[1], 'sa_family')
  if (family !== undefined && showValue(family) !== 'AF_INET') unsupportedAt(line, `connect() to ${showValue(family)}`)
  const port = portOf(call.args[1]) ?? SCRIPT_PORT
  const record = byFd(run, fd)
  if (record !== undefined && (record.kind === 'fresh' || record.kind === 'connecting')) {
    // Another attempt, after one that failed, is another connection.
    if (socketOfFd(run, fd)?.phase === 'unconnected') {
      record.localPort = 0
      record.localShift = undefined
    }
    record.kind = 'connecting'
    record.remotePort = port
    run.underTest = record
  }
  const address = addressOf(call.args[1]).address ?? formatIpv4(run.remoteAddress)
  return made(run, { call: 'connect', fd, address, port })
}

export function shutdown(run: Run, line: number, call: CallLine): Made {
  const how = valueNames(call.args[1])[0] ?? ['SHUT_RD', 'SHUT_WR', 'SHUT_RDWR'][valueNumber(line, call.args[1])]
  if (how !== 'SHUT_RD' && how !== 'SHUT_WR' && how !== 'SHUT_RDWR') {
    throw new Failure(line, `expected SHUT_RD, SHUT_WR or SHUT_RDWR got ${how}`)
  }
  return made(run, { call: 'shutdown', fd: liveFd(run, line, call.args[0]), how })
}

export function close(run: Run, line: number, call: CallLine): Made {
  if (run.files.delete(valueNumber(line, call.args[0]))) return immediate(0)
  const fd = liveFd(run, line, call.args[0])
  const result = made(run, { call: 'close', fd })
  const record = byFd(run, fd)
  if (record !== undefined) record.fd = -1
  return result
}

function byFd(run: Run, fd: number): TestSocket | undefined {
  return run.sockets.findLast((record) => record.fd === fd)
}

function portOf(value: Value | undefined): number | undefined {
  return optionalNumber(field(value, 'sin_port'))
}

/** `sin_addr=inet_addr("192.0.2.1")`; empty where the script leaves the address open. */
function addressOf(value: Value | undefined): { address?: string } {
  const address = field(value, 'sin_addr')
  const text = address?.kind === 'apply' ? address.items[0] : undefined
  if (text?.kind === 'text') return { address: text.value }
  return valueNames(address).includes('INADDR_ANY') ? { address: '0.0.0.0' } : {}
}

/** `pipe([5, 6])`: the read end and the write end. */
export function pipe(run: Run, _line: number, call: CallLine): Made {
  const names = call.args[0]?.kind === 'list' ? call.args[0].items.map(optionalNumber) : []
  const nonblock = valueNames(call.args[1]).includes('O_NONBLOCK')
  const result = made(run, { call: 'pipe', nonblock }, () => undefined)
  const output = result.output?.()
  if (output?.kind === 'descriptors') {
    output.fds.forEach((fd, i) => {
      const name = names[i]
      if (name !== undefined) run.descriptors.set(name, fd)
    })
  }
  return result
}

/** `getsockname(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.168.0.1")}, [16])`, and getpeername. */
export function getName(run: Run, line: number, call: CallLine): Made {
  const which = call.name === 'getpeername' ? 'getpeername' : 'getsockname'
  return made(run, { call: which, fd: liveFd(run, line, call.args[0]) }, (_answer, _text, output) => {
    if (output?.kind !== 'address') return
    const { address } = addressOf(call.args[1])
    const port = portOf(call.args[1])
    if (address !== undefined && address !== output.address) failAt(line, `the address ${address}`, output.address)
    if (port !== undefined && port !== output.port) failAt(line, `port ${port}`, String(output.port))
  })
}
