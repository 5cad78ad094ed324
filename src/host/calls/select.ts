/**
 * select(2): Linux core_sys_select, do_select, over the same bits as poll(). Each set asks for a group of them; a descriptor that is not open makes the
 * whole call fail. FD_SETSIZE is the C library's bound and not the kernel's: FD_SET beyond it writes past the set, which is EINVAL here.
 */
import { MICROS_PER_MS, NEVER } from '../../base'
import { POLL_EVENTS as E } from '../../trace'
import type { FdRef } from '../../trace'
import { fileOf } from '../descriptors'
import { resolveFd } from '../program'
import { pollFile } from '../readiness/poll'
import type { Host, Process, Thread } from '../records'
import { failed, waitForAny } from './context'
import type { Asking, CallOf, Outcome } from './context'

const FD_SETSIZE = 1_024

/** POLLIN_SET, POLLOUT_SET, POLLEX_SET: what makes a descriptor of each set ready. */
const READ_SET = E.RDNORM | E.RDBAND | E.IN | E.HUP | E.ERR | E.NVAL
const WRITE_SET = E.WRBAND | E.WRNORM | E.OUT | E.ERR | E.NVAL
const EXCEPT_SET = E.PRI | E.NVAL

/** NR_OPEN_DEFAULT, and what alloc_fdtable goes to from there. */
const SMALLEST_TABLE = 64
const SECOND_TABLE = 256

type Select = CallOf<'select'>

export function select(context: Asking<Select>): Outcome {
  const { host, io, process, thread, call, resumed } = context
  const numbers = [...(call.read ?? []), ...(call.write ?? []), ...(call.except ?? [])].map((it) =>
    resolveFd(thread, it),
  )
  if ((call.nfds ?? 0) < 0 || numbers.some((fd) => fd < 0 || fd >= FD_SETSIZE)) return failed('EINVAL')
  const end = Math.min(call.nfds ?? Math.max(-1, ...numbers) + 1, tableSize(process))
  if (numbers.some((fd) => fd < end && fileOf(host, process, fd) === undefined)) return failed('EBADF')
  const sets = ready(host, process, thread, call, end)
  const value = sets.read.length + sets.write.length + sets.except.length
  const outcome = value > 0 ? undefined : waitForAny(context, call.timeoutMs)
  if (outcome?.done === false) {
    host.pollers.add(thread.id)
    return outcome
  }
  if (outcome?.errno === 'EINTR') return outcome
  const deadline = resumed?.deadline ?? NEVER
  const left = resumed === undefined ? call.timeoutMs : Math.max(0, Math.floor((deadline - io.now) / MICROS_PER_MS))
  const leftMs = call.timeoutMs < 0 ? -1 : value > 0 ? left : 0
  return { done: true, value, errno: '', output: { kind: 'sets', ...sets, leftMs } }
}

/** The kernel looks no further than the table is long (max_fds): a number beyond it is no error there, and never ready. */
function tableSize({ descriptors }: Process): number {
  const highest = Math.max(0, ...descriptors.keys())
  if (highest < SMALLEST_TABLE) return SMALLEST_TABLE
  return Math.max(SECOND_TABLE, 2 ** Math.ceil(Math.log2(highest + 1)))
}

/** Whether a thread that is blocked in select() would find something. */
export function selectMayReturn(host: Host, process: Process, thread: Thread, call: Select): boolean {
  const { read, write, except } = ready(host, process, thread, call, call.nfds ?? FD_SETSIZE)
  return read.length + write.length + except.length > 0
}

function ready(
  host: Host,
  process: Process,
  thread: Thread,
  call: Select,
  end: number,
): { read: number[]; write: number[]; except: number[] } {
  const inSet = (set: readonly FdRef[] | undefined, bits: number): number[] => {
    const numbers = new Set((set ?? []).map((it) => resolveFd(thread, it)))
    return [...numbers].filter((fd) => fd < end && isReady(host, process, fd, bits)).toSorted((a, b) => a - b)
  }
  return {
    read: inSet(call.read, READ_SET),
    write: inSet(call.write, WRITE_SET),
    except: inSet(call.except, EXCEPT_SET),
  }
}

function isReady(host: Host, process: Process, fd: number, bits: number): boolean {
  const file = fileOf(host, process, fd)
  return file !== undefined && (pollFile(host, file) & bits) !== 0
}
