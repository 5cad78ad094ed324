/**
 * Orders to helper.py, and its answers, synchronously: the runner is plain code that goes from event to event, in virtual time as in
 * real. The two named pipes block, so a process plays one script at a time; several scripts are several processes.
 */
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { namespaceFlags } from '../wire'

/** What happened in the kernel, at a moment in µs since the order "start". */
export type Happening =
  | { readonly kind: 'packet'; readonly at: number; readonly bytes: string }
  | ({ readonly kind: 'return'; readonly at: number; readonly id: number } & Returned)

/** What a call came to. */
export interface Returned {
  /** Set where the helper cannot make the call. */
  readonly unknown?: string
  readonly value?: number
  readonly errno?: string
  /** What the call wrote for its caller, as calls.py shapes it. */
  readonly out?: CallOutput | null
  /** Ports of a new connection. */
  readonly local?: number
  readonly peer?: number
}

export interface CallOutput {
  readonly bytes?: string
  readonly number?: number
  readonly port?: number
  readonly address?: string
  readonly revents?: readonly number[]
  readonly flags?: number
  readonly control?: readonly { readonly level: number; readonly type: number; readonly data: string }[]
}

export interface Reply {
  readonly now?: number
  readonly happened?: readonly Happening[]
  /** Of a call that did not block. */
  readonly returned?: Happening
  readonly error?: string
  readonly status?: number
  readonly output?: string
  readonly info?: string
  readonly meminfo?: string
}

export interface Channel {
  /** Throws when the helper has ended, as it does when its time is over. */
  order(order: Readonly<Record<string, unknown>>): Reply
  close(): void
}

export interface ChannelOptions {
  /** The file helper.py. */
  readonly helper: string
  readonly local: string
  readonly remote: string
  readonly mtu: number
  /** Size of the segments that longer packets to the kernel are made of; 0: they are single segments. */
  readonly mss: number
  /** Everything is ended after this long, whatever happens. */
  readonly limitSeconds: number
}

export function openChannel({ helper, local, remote, mtu, mss, limitSeconds }: ChannelOptions): Channel {
  const folder = mkdtempSync(join(tmpdir(), 'tcpscope-'))
  const [orders, answers] = [join(folder, 'orders'), join(folder, 'answers')]
  spawnSync('mkfifo', [orders, answers])
  const program = [
    'python3',
    '-S',
    '-E',
    '-B',
    helper,
    '--local',
    local,
    '--remote',
    remote,
    '--mtu',
    String(mtu),
    '--mss',
    String(mss),
  ]
  const command = ['timeout', '-k', '2', String(limitSeconds), 'unshare', ...namespaceFlags(), ...program]
  // The shell opens both pipes, which waits for us to open the other ends; should the program then die, we read an end.
  spawn('sh', ['-c', 'exec "$@" <"$0/orders" >"$0/answers"', folder, ...command], {
    stdio: ['ignore', 'ignore', 'inherit'],
  }).unref()
  const [writing, reading] = [openSync(orders, 'w'), openSync(answers, 'r')]
  rmSync(folder, { recursive: true })
  const buffer = Buffer.alloc(1 << 16)
  let pending = ''
  const readLine = (): string => {
    for (;;) {
      const end = pending.indexOf('\n')
      if (end !== -1) {
        const line = pending.slice(0, end)
        pending = pending.slice(end + 1)
        return line
      }
      const count = readSync(reading, buffer)
      if (count === 0) throw new Error(`the kernel's helper has ended (its limit is ${limitSeconds} s)`)
      pending += buffer.toString('latin1', 0, count)
    }
  }
  return {
    order: (order) => {
      writeSync(writing, `${JSON.stringify(order)}\n`)
      return JSON.parse(readLine()) as Reply
    },
    close: () => {
      closeSync(writing)
      closeSync(reading)
    },
  }
}
