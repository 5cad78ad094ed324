/** Power off and on (RFC 9293 3.5.1, 3.4.3: a host that lost its memory), and sysctls that change while it runs. */
import { err, mix32, ok } from '../base'
import type { Result } from '../base'
import { createNetfilter } from '../netfilter'
import { LINUX_SYSCTL, sysctlError } from '../trace'
import type { HostSpec, Sysctl } from '../trace'
import { freshFirewall } from './firewall'
import type { HostIo } from './io'
import { freshIp } from './ip'
import { addFirstProcess } from './processes/create'
import { FIRST_PID } from './records'
import type { Host } from './records'

/** All that the host knew is gone; nothing is sent, and nobody is told. */
export function crashHost(host: Host, io: HostIo): void {
  if (!host.up) return
  forget(host)
  host.up = false
  io.recorder.socket = -1
  io.recorder.emit('host/crashed', 'powerOff')
}

/** Comes up with empty tables, the profile's sysctls and no programs. A running host is switched off first. */
export function restartHost(host: Host, spec: HostSpec, io: HostIo): void {
  crashHost(host, io)
  host.up = true
  host.boots++
  host.sysctl = { ...LINUX_SYSCTL, ...spec.sysctl }
  host.secret = mix32(host.secret, host.boots)
  host.programs = []
  // Rules come back with the machine, as a saved rule set does; tracked connections do not.
  host.netfilter = freshFirewall(spec, host.secret)
  host.nextPid = FIRST_PID
  addFirstProcess(host)
  io.recorder.socket = -1
  io.recorder.emit('host/restarted', 'powerOn')
}

function forget(host: Host): void {
  host.processes = new Map()
  host.files = new Map()
  host.pipes = new Map()
  host.pollers = new Set()
  host.sockets = new Map()
  host.connections = new Map()
  host.listeners = new Map()
  host.bound = new Map()
  host.udpPorts = new Map()
  host.unixPaths = new Map()
  host.threads = new Map()
  host.routes = new Map()
  host.counters = new Map()
  host.ip = freshIp(host.ip.config)
  host.netfilter = createNetfilter(0)
}

/**
 * Sets a sysctl by Linux's name; lists as text, `4096 131072 6291456`. Holds for what begins from now on, and at once where the kernel reads it at
 * each use. The error is one sentence.
 */
export function hostSetSysctl(host: Host, name: string, value: number | string): Result<void> {
  if (!Object.hasOwn(LINUX_SYSCTL, name)) return err(`There is no sysctl ${name}.`)
  const key = name as keyof Sysctl
  const parsed = parseLike(LINUX_SYSCTL[key], value)
  const error = sysctlError(name, parsed)
  if (error !== undefined) return err(error)
  host.sysctl = { ...host.sysctl, [key]: parsed }
  return ok(undefined)
}

function parseLike(example: unknown, value: number | string): unknown {
  if (typeof value === 'number' || (typeof example === 'string' && typeof value === 'string')) return value
  const parts = value.trim().split(/\s+/).map(Number)
  return Array.isArray(example) ? parts : parts[0]
}
