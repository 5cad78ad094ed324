/**
 * A wire to a real Linux kernel: starts tun.py in a network namespace of its own, which dies with us, and carries raw
 * IPv4 packets both ways. Works as root, and as an ordinary user where user namespaces are allowed.
 */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export interface KernelOptions {
  /** Address of the kernel's end. */
  readonly address: string
  /** Address of ours. */
  readonly peer: string
  /** `net.ipv4.tcp_sack=0` and the like. */
  readonly sysctl?: readonly string[]
  /** A shell command to run in the namespace once the device is up: the other application. */
  readonly run?: string
  /** Everything is ended after this long, whatever happens. */
  readonly limitSeconds: number
}

export interface KernelWire {
  /** Hands the kernel a packet. */
  send: (packet: Uint8Array) => void
  onPacket: (packet: Uint8Array) => void
  /** Output of the program so far. */
  output(): string
  /** Exit code of the program. */
  readonly ended: Promise<number>
  /** Runs a shell command in the namespace. */
  shell(command: string): Promise<string>
  close(): void
}

const HEAD_BYTES = 13

/** Why no kernel can be reached from here; undefined when one can. */
export function kernelUnavailable(): string | undefined {
  const probe = spawnSync(
    'timeout',
    ['5', 'unshare', ...namespaceFlags(), 'sh', '-c', 'test -c /dev/net/tun && python3 --version && ip -V'],
    {
      encoding: 'utf8',
    },
  )
  if (probe.status === 0) return undefined
  return `a network namespace with a TUN device, python3 and iproute2 is needed: ${(probe.stderr || 'unshare failed').trim()}`
}

/** Flags of unshare(1) for a network of our own that dies with us. */
export function namespaceFlags(): string[] {
  return process.getuid?.() === 0 ? ['-npf', '--kill-child'] : ['-Urnpf', '--kill-child']
}

export function openKernel(options: KernelOptions): KernelWire {
  const script = fileURLToPath(new URL('./tun.py', import.meta.url))
  const args = ['-k', '5', String(options.limitSeconds), 'unshare', ...namespaceFlags(), 'python3', script]
  args.push('--address', options.address, '--peer', options.peer)
  for (const setting of options.sysctl ?? []) args.push('--sysctl', setting)
  if (options.run !== undefined) args.push('--run', options.run)
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn('timeout', args, {
    stdio: ['pipe', 'pipe', 'inherit'],
  })

  let printed = ''
  let ended: (code: number) => void = () => undefined
  const answers: ((text: string) => void)[] = []
  const wire: KernelWire = {
    send: (packet) => {
      child.stdin.write(frame(0, packet))
    },
    onPacket: () => undefined,
    output: () => printed,
    ended: new Promise((resolve) => {
      ended = resolve
    }),
    shell: (command) =>
      new Promise((resolve) => {
        answers.push(resolve)
        child.stdin.write(frame(3, Buffer.from(command)))
      }),
    close: () => {
      child.stdin.end()
    },
  }
  child.stdin.on('error', () => undefined)
  child.on('exit', () => {
    ended(-1)
    for (const answer of answers.splice(0)) answer('')
  })
  let pending = Buffer.alloc(0)
  child.stdout.on('data', (data: Buffer) => {
    pending = Buffer.concat([pending, data])
    while (pending.length >= 4 && pending.length >= 4 + pending.readUInt32BE(0)) {
      const end = 4 + pending.readUInt32BE(0)
      const kind = pending[4]
      const body = pending.subarray(HEAD_BYTES, end)
      pending = pending.subarray(end)
      if (kind === 0) wire.onPacket(Uint8Array.from(body))
      else if (kind === 1) printed += body.toString()
      else if (kind === 2) ended(Number(body.toString()))
      else answers.shift()?.(body.toString())
    }
  })
  return wire
}

function frame(kind: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32BE(HEAD_BYTES - 4 + body.length, 0)
  head[4] = kind
  return Buffer.concat([head, body])
}
