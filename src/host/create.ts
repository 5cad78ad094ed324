/** A host as it is when its power comes on: tables empty, the profile's sysctls set, one process waiting. */
import { createPrng, nextU32 } from '../base'
import { compileProgram } from '../programs'
import { LINUX_SYSCTL } from '../trace'
import type { HostSpec } from '../trace'
import { parseIpv4 } from '../wire'
import { freshFirewall } from './firewall'
import { aloneConfig, freshIp } from './ip'
import type { IpConfig } from './ip'
import { addFirstProcess } from './processes/create'
import { FIRST_PID } from './records'
import type { Host } from './records'

/** A running host, programs not started. `index` is its place in the world, `seed` the run's; `ip` its interfaces and routes, one for all where left out. */
export function createHost(spec: HostSpec, index: number, seed: number, ip?: IpConfig): Host {
  const address = parseIpv4(spec.address) ?? 0
  const secret = nextU32(createPrng(seed, `host ${index} secret`))
  const host: Host = {
    index,
    name: spec.name,
    address,
    role: spec.role,
    up: true,
    sysctl: { ...LINUX_SYSCTL, ...spec.sysctl },
    secret,
    boots: 0,
    processes: new Map(),
    files: new Map(),
    nextFile: 1,
    pipes: new Map(),
    pollers: new Set(),
    sockets: new Map(),
    connections: new Map(),
    listeners: new Map(),
    bound: new Map(),
    udpPorts: new Map(),
    unixPaths: new Map(),
    threads: new Map(),
    programs: spec.programs.map(compileProgram),
    routes: new Map(),
    counters: new Map(),
    portsGiven: 0,
    nextPid: FIRST_PID,
    sigpipe: spec.sigpipe === 'default' ? 'SIG_DFL' : 'SIG_IGN',
    ip: freshIp(ip ?? aloneConfig(address)),
    netfilter: freshFirewall(spec, secret),
  }
  addFirstProcess(host)
  return host
}
