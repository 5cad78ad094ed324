/**
 * The options at the top of a script, `--name=value` on lines of their own, and `-D NAME=value`. Those that only concern a real kernel's
 * set-up (devices, gateways, speeds) are read and have no effect here.
 */
import type { ScriptOptions } from '../syntax'
import { expect, fail, skipBlank, take } from './scan'
import type { Scanner } from './scan'

/** packetdrill's own default, in µs. */
const DEFAULT_TOLERANCE = 4_000

const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'send_omit_free',
  'gateway_ip',
  'netmask_ip',
  'local_linklayer_address',
  'remote_linklayer_address',
  'speed',
  'verbose',
  'init_scripts',
  'non_fatal',
  'bind_port',
  'connect_port',
  'wire_client',
  'wire_server',
  'so_filename',
  'code_command',
  'code_format',
  'code_sockopt',
  'fm_filename',
  'no_cleanup',
])

export const DEFAULT_OPTIONS: ScriptOptions = {
  toleranceMicros: DEFAULT_TOLERANCE,
  timestampTickMicros: undefined,
  timestampEchoScaled: false,
  strictSegments: false,
  mss: undefined,
  mtu: undefined,
  ipVersion: 'ipv4',
  localIp: '192.168.0.1',
  remoteIp: '192.0.2.1',
  defines: {},
}

export function parseOptions(scanner: Scanner): ScriptOptions {
  let options = DEFAULT_OPTIONS
  for (;;) {
    skipBlank(scanner)
    const define = take(scanner, /-D[ \t]*(\w+)=([^\s]*)/y)
    if (define !== undefined) {
      options = { ...options, defines: { ...options.defines, [define[1]]: define[2] } }
      continue
    }
    if (take(scanner, /--/y) === undefined) return options
    const name = expect(scanner, /\w+/y, 'the name of an option')[0]
    const value = /[ \t]*(?:=[ \t]*([^\s/]+|"[^"]*"))?/y
    value.lastIndex = scanner.at
    const match = value.exec(scanner.text)
    scanner.at += match?.[0].length ?? 0
    options = withOption(scanner, options, name, match?.[1])
  }
}

function withOption(scanner: Scanner, options: ScriptOptions, name: string, value: string | undefined): ScriptOptions {
  switch (name) {
    case 'tolerance_usecs':
      return { ...options, toleranceMicros: number(scanner, name, value) }
    case 'tcp_ts_tick_usecs':
      return { ...options, timestampTickMicros: number(scanner, name, value) || undefined }
    case 'tcp_ts_ecr_scaled':
      return { ...options, timestampEchoScaled: value !== '0' }
    case 'strict_segments':
      return { ...options, strictSegments: value !== '0' }
    case 'mss':
      return { ...options, mss: number(scanner, name, value) }
    case 'mtu':
      return { ...options, mtu: number(scanner, name, value) }
    case 'ip_version':
      return { ...options, ipVersion: value ?? '' }
    case 'local_ip':
      return { ...options, localIp: value ?? '' }
    case 'remote_ip':
      return { ...options, remoteIp: value ?? '' }
    case 'define': {
      const [key, text] = (value ?? '').split('=')
      return { ...options, defines: { ...options.defines, [key]: text ?? '' } }
    }
    default:
      if (WITHOUT_EFFECT.has(name)) return options
      return fail(scanner, `there is no option --${name}`)
  }
}

function number(scanner: Scanner, name: string, value: string | undefined): number {
  const parsed = Number(value)
  if (value === undefined || !/^\d+$/.test(value)) fail(scanner, `expected a number after --${name}=`)
  return parsed
}
