/** System calls as they stand in programs, in timed actions and among a person's commands. */
import * as v from 'valibot'
import { COMPUTED_FIELDS } from '../../programs'
import { parsePollEvents, SIGNAL_ACTIONS, SIGNAL_NAMES, SOCKET_OPTIONS } from '../../trace'
import type { Call, FileCall, OptionValue, ProcessCall, SocketCall } from '../../trace'
import { expression } from './expression'
import { flag, ipv4, leaf, list, matching, oneOf, port, record, tagged, text, whole, word32 } from './primitives'

/** No single call moves more: 2^31 - 1, what fits in its int result. */
const MOST_BYTES = 2_147_483_647
const LONGEST_TEXT = 65_536

export const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,31}$/

const fd = leaf('a descriptor number or the name that a step gave to one', (value) => {
  return typeof value === 'string' ? VARIABLE.test(value) : Number.isInteger(value) && Math.abs(Number(value)) < 1e6
}) as v.GenericSchema<unknown, number | string>

const optionValue = leaf<OptionValue>('a number or a short name', (value) => {
  if (typeof value === 'string') return value.length <= 16
  return Number.isInteger(value) && Math.abs(Number(value)) <= MOST_BYTES
})

const SEND_FLAGS = oneOf('MSG_DONTWAIT', 'MSG_MORE', 'MSG_NOSIGNAL', 'MSG_OOB')
const RECV_FLAGS = oneOf('MSG_DONTWAIT', 'MSG_PEEK', 'MSG_WAITALL', 'MSG_OOB', 'MSG_TRUNC', 'MSG_ERRQUEUE')
const bytes = whole('a number of bytes', 0, MOST_BYTES)
const content = {
  bytes: v.optional(bytes),
  text: v.optional(text(LONGEST_TEXT)),
  flags: v.optional(list(SEND_FLAGS, 4)),
}
const name = matching('a name such as peer', VARIABLE)
/** sun_path holds 107 bytes and a NUL. */
const unixPath = matching('a path of 1 to 107 characters, such as /tmp/echo', /^[!-~][ -~]{0,106}$/)

/** What scenarios and clicks can ask for; the others are packetdrill's. */
type OfDocuments = SocketCall['call'] | ProcessCall['call'] | Exclude<FileCall['call'], 'splice'>

/** Descriptors in one poll() or in one set. */
const MOST_POLLED = 1_024
const timeoutMs = whole('a time in ms, or -1 for ever', -1, 86_400_000)
const events = leaf<number | string>('event names such as "EPOLLIN|EPOLLET", or their bits', (value) => {
  if (typeof value === 'string') return value.length <= 128 && parsePollEvents(value) !== undefined
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xffff_ffff
})

/** The fields of each call beside `call` itself. */
function callEntries(address: v.GenericSchema<unknown, string>) {
  return {
    socket: {
      nonblock: v.optional(flag),
      domain: v.optional(oneOf('AF_INET', 'AF_UNIX')),
      type: v.optional(oneOf('SOCK_STREAM', 'SOCK_DGRAM')),
    },
    bind: { fd, address: v.optional(ipv4), port },
    listen: { fd, backlog: whole('a backlog', -1, MOST_BYTES) },
    connect: { fd, address, port },
    accept: { fd, nonblock: v.optional(flag) },
    send: { fd, ...content },
    recv: { fd, bytes, flags: v.optional(list(RECV_FLAGS, 6)) },
    sendto: { fd, ...content },
    socketpair: {
      type: v.optional(oneOf('SOCK_STREAM', 'SOCK_DGRAM')),
      nonblock: v.optional(flag),
      first: v.optional(name),
      second: v.optional(name),
    },
    unlink: { path: unixPath },
    recvfrom: { fd, bytes, flags: v.optional(list(RECV_FLAGS, 6)), from: v.optional(name) },
    shutdown: { fd, how: oneOf('SHUT_RD', 'SHUT_WR', 'SHUT_RDWR') },
    close: { fd },
    setsockopt: { fd, option: oneOf(...SOCKET_OPTIONS), value: optionValue },
    getsockopt: { fd, option: oneOf(...SOCKET_OPTIONS) },
    fcntl: { fd, nonblock: flag },
    getsockname: { fd },
    getpeername: { fd },
    rawSend: {
      src: address,
      srcPort: port,
      dst: address,
      dstPort: port,
      flags: matching('flag letters of S, F, R, P, U, E, W and .', /^[SFRPUEW.]{0,8}$/),
      seq: word32,
      ack: v.optional(word32),
      window: v.optional(whole('a window', 0, 65_535)),
    },
    select: {
      nfds: v.optional(whole('a number of descriptors', -1, 1_000_000)),
      read: v.optional(list(fd, MOST_POLLED)),
      write: v.optional(list(fd, MOST_POLLED)),
      except: v.optional(list(fd, MOST_POLLED)),
      timeoutMs,
    },
    poll: { fds: list(record({ fd, events }), MOST_POLLED), timeoutMs },
    epollCreate: {},
    epollCtl: {
      fd,
      op: oneOf('EPOLL_CTL_ADD', 'EPOLL_CTL_MOD', 'EPOLL_CTL_DEL'),
      target: fd,
      events,
      data: v.optional(whole('a number', 0, Number.MAX_SAFE_INTEGER)),
    },
    epollWait: { fd, most: whole('a number of events', -1, 1_000_000), timeoutMs },
    pipe: { nonblock: v.optional(flag) },
    dup: { fd },
    dup2: { fd, to: fd },
    fork: {},
    exit: { status: v.optional(whole('an exit status', 0, 255)) },
    waitpid: { pid: fd, nohang: v.optional(flag) },
    kill: { pid: fd, signal: oneOf(...SIGNAL_NAMES) },
    signal: { signal: oneOf(...SIGNAL_NAMES), action: oneOf(...SIGNAL_ACTIONS), restart: v.optional(flag) },
  } satisfies Readonly<Record<OfDocuments, v.ObjectEntries>>
}

/**
 * Calls whose address may be told in other ways: by the field that tells it, the fields beside `fd`. Address and port, which mean nothing then, are filled in.
 */
function addressVariants(address: v.GenericSchema<unknown, string>) {
  const none = { address: v.optional(ipv4, '0.0.0.0'), port: v.optional(port, 0) }
  const given = { ...content, address, port }
  return {
    bind: { path: { path: unixPath, port: none.port } },
    connect: {
      path: { path: unixPath, ...none },
      to: { to: name, ...none },
      family: { family: oneOf('AF_UNSPEC'), ...none },
    },
    sendto: { path: { path: unixPath, ...content }, to: { to: name, ...content }, address: given, port: given },
  } satisfies Partial<Readonly<Record<SocketCall['call'], Readonly<Record<string, v.ObjectEntries>>>>>
}

/**
 * The schema of a call whose addresses follow `address`; with `keeps`, a step that may keep the returned value under a name.
 */
export function callSchemas<T extends { readonly call: string }>(
  address: v.GenericSchema<unknown, string>,
  keeps: boolean,
): Readonly<Record<string, v.GenericSchema<unknown, T>>> {
  const as: v.ObjectEntries = keeps ? { as: v.optional(matching('a name such as conn', VARIABLE)) } : {}
  const table: Readonly<Record<string, v.ObjectEntries>> = callEntries(address)
  const variants: Readonly<Record<string, Readonly<Record<string, v.ObjectEntries>>>> = addressVariants(address)
  const own = (call: string, entries: v.ObjectEntries): v.ObjectEntries => ({
    ...(keeps ? stepEntries(call, entries) : entries),
    ...as,
  })
  const schemas = Object.entries(table).map(([call, entries]) => {
    const usual = record({ call: oneOf(call), ...own(call, entries) })
    if (!Object.hasOwn(variants, call)) return [call, usual] as const
    const others = Object.entries(variants[call]).map(([field, other]) => {
      return [field, record({ call: oneOf(call), fd, ...own(call, other) })] as const
    })
    const chosen = (input: unknown): typeof usual => {
      const fields = typeof input === 'object' && input !== null ? input : {}
      return others.find(([field]) => field in fields)?.[1] ?? usual
    }
    return [call, v.lazy(chosen)] as const
  })
  return Object.fromEntries(schemas)
}

/** What a step may say beyond a call by hand: expressions where the call has numbers, and buffers of the program. */
function stepEntries(call: string, entries: v.ObjectEntries): v.ObjectEntries {
  const computed = Object.entries(entries).map(([field, schema]) => {
    return [field, COMPUTED_FIELDS.includes(field) ? orExpression(schema) : schema] as const
  })
  const buffer = matching('the name of a buffer', VARIABLE)
  const at = v.optional(expression)
  const more: v.ObjectEntries =
    call === 'recv'
      ? { into: v.optional(buffer), at }
      : call === 'send'
        ? { from: v.optional(buffer), at }
        : call === 'poll'
          ? { fds: list(record({ fd, events: orExpression(events) }), MOST_POLLED) }
          : {}
  return { ...Object.fromEntries(computed), ...more }
}

/** Keeps a field optional that was, and what is filled in for it. */
function orExpression(schema: v.ObjectEntries[string]): v.ObjectEntries[string] {
  const either = (given: v.GenericSchema): v.GenericSchema =>
    v.lazy((input) => (typeof input === 'string' ? expression : given))
  if (schema.type !== 'optional') return either(schema)
  const { wrapped, default: given } = schema as v.OptionalSchema<v.GenericSchema, unknown>
  return v.optional(either(wrapped), given)
}

/** A call by hand: addresses are IPv4, descriptors are numbers or names. */
export const handCall = tagged<Call>('call', callSchemas<Call>(ipv4, false))
