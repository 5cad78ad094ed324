/** Descriptors that share an open file, processes that share descriptors, and how both end: dup(2), fork(2), _exit(2), wait(2). */
import { expect, test } from 'vitest'
import { hostCall, hostSpawn } from '..'
import {
  ADDRESSES,
  call,
  CLIENT,
  connected,
  createBench,
  does,
  eventsOf,
  lastCall,
  PID,
  run,
  SERVER,
  socketAt,
  states,
  valueOf,
  view,
  wire,
} from '../../testing/host-bench'
import type { HostBench, Made } from '../../testing/host-bench'
import type { Call, Step } from '../../trace'

const SECOND = 1_000_000
const CHILD = PID + 1

/** A click in another process than the first. */
function callIn(bench: HostBench, host: number, pid: number, what: Call): Made {
  Object.assign(bench.recorder, { host, socket: -1, cause: -1 })
  const before = new Set(bench.hosts[host].threads.keys())
  const result = hostCall(bench.hosts[host], pid, what, bench.io)
  if (!result.ok) throw new Error(result.error)
  const thread = [...bench.hosts[host].threads.keys()].find((id) => !before.has(id)) ?? -1
  run(bench, 0)
  return { host, thread }
}

function doesIn(bench: HostBench, host: number, pid: number, what: Call): string {
  const made = callIn(bench, host, pid, what)
  if (!bench.hosts[host].threads.has(made.thread)) return 'gone'
  const { blocked } = bench.hosts[host].threads.get(made.thread)!
  if (blocked !== undefined) return `blocked: ${blocked.reason}`
  const { value, errno } = lastCall(bench, made).returned!
  return `= ${value}${errno === '' ? '' : ` ${errno}`}`
}

const processes = (bench: HostBench, host: number): string[] =>
  view(bench, host).processes.map(({ pid, ended }) => `${pid}${ended === '' ? '' : ` ${ended}`}`)

test('dup gives the lowest free number to the same open file; close of one leaves the connection alone', () => {
  const bench = createBench()
  const { client } = connected(bench)
  expect(does(bench, CLIENT, { call: 'dup', fd: client })).toBe('= 4')
  const before = bench.packets.length
  expect(does(bench, CLIENT, { call: 'close', fd: client })).toBe('= 0')
  run(bench, SECOND)
  expect(wire(bench, before)).toEqual([])
  expect(eventsOf(bench, 'host/referenceDropped').map(({ fields }) => fields)).toEqual([{ fd: 3, references: 1 }])
  expect(does(bench, CLIENT, { call: 'send', fd: 4, text: 'still here' })).toBe('= 10')
  run(bench, SECOND)
  expect(does(bench, CLIENT, { call: 'close', fd: 4 })).toBe('= 0')
  run(bench, SECOND)
  expect(wire(bench, before)).toContain('client FIN,ACK')
  expect(states(bench, CLIENT)).toEqual(['FIN-WAIT-2'])
})

test('O_NONBLOCK belongs to the open file: set on one descriptor, it holds of its duplicate', () => {
  const bench = createBench()
  const { client } = connected(bench)
  const copy = valueOf(bench, call(bench, CLIENT, { call: 'dup', fd: client }))
  does(bench, CLIENT, { call: 'fcntl', fd: client, nonblock: true })
  expect(does(bench, CLIENT, { call: 'recv', fd: copy, bytes: 10 })).toBe('= -1 EAGAIN')
})

test('dup2 closes what stood there, does nothing to the same number, and refuses numbers that no table has', () => {
  const bench = createBench()
  const { client } = connected(bench)
  const other = valueOf(bench, call(bench, CLIENT, { call: 'socket' }))
  expect(does(bench, CLIENT, { call: 'dup2', fd: client, to: other })).toBe(`= ${other}`)
  expect(view(bench, CLIENT).socketCount).toBe(1)
  expect(does(bench, CLIENT, { call: 'dup2', fd: client, to: client })).toBe(`= ${client}`)
  expect(does(bench, CLIENT, { call: 'dup2', fd: client, to: 20 })).toBe('= 20')
  expect(does(bench, CLIENT, { call: 'dup2', fd: client, to: -1 })).toBe('= -1 EBADF')
  expect(does(bench, CLIENT, { call: 'dup2', fd: 99, to: 5 })).toBe('= -1 EBADF')
  // A duplicate over a duplicate of the same file.
  expect(does(bench, CLIENT, { call: 'dup2', fd: client, to: 20 })).toBe('= 20')
  expect(view(bench, CLIENT).processes[0].descriptors.map(({ fd, references }) => [fd, references])).toEqual([
    [3, 3],
    [4, 3],
    [20, 3],
  ])
})

test('a forked child has the same descriptors; FIN waits for the last close, shutdown does not', () => {
  const bench = createBench()
  const { server } = connected(bench)
  expect(does(bench, SERVER, { call: 'fork' })).toBe(`= ${CHILD}`)
  expect(processes(bench, SERVER)).toEqual([`${PID}`, `${CHILD}`])
  expect(socketAt(bench, SERVER, server).descriptors).toEqual([
    { pid: PID, fd: server },
    { pid: CHILD, fd: server },
  ])
  const before = bench.packets.length
  does(bench, SERVER, { call: 'close', fd: server })
  run(bench, SECOND)
  expect(wire(bench, before)).toEqual([])
  expect(doesIn(bench, SERVER, CHILD, { call: 'send', fd: server, bytes: 5 })).toBe('= 5')
  expect(doesIn(bench, SERVER, CHILD, { call: 'shutdown', fd: server, how: 'SHUT_WR' })).toBe('= 0')
  run(bench, SECOND)
  expect(wire(bench, before)).toContain('server FIN,ACK')
})

test('shutdown by one process ends the connection for all that share it', () => {
  const bench = createBench()
  const { server, client } = connected(bench)
  does(bench, SERVER, { call: 'fork' })
  does(bench, SERVER, { call: 'shutdown', fd: server, how: 'SHUT_RDWR' })
  run(bench, SECOND)
  expect(does(bench, CLIENT, { call: 'recv', fd: client, bytes: 1 })).toBe('= 0')
  expect(doesIn(bench, SERVER, CHILD, { call: 'send', fd: server, bytes: 5 })).toBe('= -1 EPIPE')
})

test('exit closes every descriptor of its process, lowest first, and leaves a zombie that waitpid reaps', () => {
  const bench = createBench()
  const { server, listener } = connected(bench)
  does(bench, SERVER, { call: 'fork' })
  const waiting = call(bench, SERVER, { call: 'waitpid', pid: -1 })
  const before = bench.packets.length
  expect(doesIn(bench, SERVER, CHILD, { call: 'exit', status: 3 })).toBe('gone')
  run(bench, SECOND)
  expect(wire(bench, before)).toEqual([])
  expect(eventsOf(bench, 'host/descriptorClosed').map(({ fields }) => fields['fd'])).toEqual([listener, server])
  expect(lastCall(bench, waiting).returned).toMatchObject({
    value: CHILD,
    output: { kind: 'status', status: 'exited 3' },
  })
  expect(processes(bench, SERVER)).toEqual([`${PID}`])
})

test('waitpid without children is ECHILD, with WNOHANG 0 while they run, and takes a zombie once', () => {
  const bench = createBench()
  expect(does(bench, CLIENT, { call: 'waitpid', pid: -1 })).toBe('= -1 ECHILD')
  does(bench, CLIENT, { call: 'fork' })
  expect(does(bench, CLIENT, { call: 'waitpid', pid: -1, nohang: true })).toBe('= 0')
  expect(does(bench, CLIENT, { call: 'waitpid', pid: 77 })).toBe('= -1 ECHILD')
  callIn(bench, CLIENT, CHILD, { call: 'exit' })
  expect(processes(bench, CLIENT)).toEqual([`${PID}`, `${CHILD} exited 0`])
  expect(() => callIn(bench, CLIENT, CHILD, { call: 'socket' })).toThrow('no process')
  expect(does(bench, CLIENT, { call: 'waitpid', pid: CHILD })).toBe(`= ${CHILD}`)
  expect(does(bench, CLIENT, { call: 'waitpid', pid: CHILD })).toBe('= -1 ECHILD')
})

test('with SIGCHLD ignored, and without a parent, a process leaves no zombie', () => {
  const bench = createBench()
  does(bench, CLIENT, { call: 'signal', signal: 'SIGCHLD', action: 'SIG_IGN' })
  does(bench, CLIENT, { call: 'fork' })
  callIn(bench, CLIENT, CHILD, { call: 'exit' })
  expect(processes(bench, CLIENT)).toEqual([`${PID}`])
  does(bench, SERVER, { call: 'fork' })
  does(bench, SERVER, { call: 'fork' })
  callIn(bench, SERVER, CHILD, { call: 'exit' })
  callIn(bench, SERVER, PID, { call: 'exit' })
  expect(processes(bench, SERVER)).toEqual([`${CHILD + 1}`])
  expect(view(bench, SERVER).processes[0].parent).toBe(1)
})

test('when the last process has gone, a person starts another one', () => {
  const bench = createBench()
  callIn(bench, CLIENT, PID, { call: 'exit' })
  expect(processes(bench, CLIENT)).toEqual([])
  expect(hostSpawn(bench.hosts[CLIENT])).toEqual({ ok: true, value: undefined })
  expect(doesIn(bench, CLIENT, CHILD, { call: 'socket' })).toBe('= 3')
})

test('a process that ends lets go of a blocked call and of the file it was held by', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'fork' })
  expect(doesIn(bench, CLIENT, CHILD, { call: 'recv', fd: client, bytes: 1 })).toBe('blocked: receive buffer empty')
  does(bench, CLIENT, { call: 'close', fd: client })
  const before = bench.packets.length
  does(bench, CLIENT, { call: 'kill', pid: CHILD, signal: 'SIGKILL' })
  run(bench, SECOND)
  expect(wire(bench, before)).toContain('client FIN,ACK')
  expect(bench.hosts[CLIENT].files.size).toBe(0)
})

test('a program that forks goes on twice from the same step with the same variables, parent first', () => {
  const steps: Step[] = [
    { call: 'socket', as: 'mine' },
    { call: 'fork', as: 'pid' },
    { call: 'close', fd: 'mine' },
    { call: 'exit', status: 7 },
  ]
  const bench = createBench({ programs: [steps, []] })
  run(bench, SECOND)
  const calls = eventsOf(bench, 'host/called', CLIENT).map(({ fields }) => `${fields['thread']} ${fields['call']}`)
  const [first, second] = [...new Set(calls.map((text) => text.split(' ')[0]))]
  expect(calls.map((text) => text.replace(`${first} `, 'parent ').replace(`${second} `, 'child '))).toEqual([
    'parent socket(AF_INET, SOCK_STREAM)',
    'parent fork()',
    'parent close(3)',
    'child close(3)',
    'parent _exit(7)',
    'child _exit(7)',
  ])
  expect(eventsOf(bench, 'host/returned').filter(({ fields }) => fields['call'] === 'fork()')).toHaveLength(2)
  expect(processes(bench, CLIENT)).toEqual([])
})

test('a program that forks for ever meets EAGAIN, and the host stays in bounds', () => {
  const bench = createBench({
    programs: [[{ repeat: 12, steps: [{ call: 'fork' }] }, { sleepMicros: 100 * SECOND }], []],
  })
  run(bench, SECOND)
  expect(bench.hosts[CLIENT].processes.size).toBe(1_024)
  expect(eventsOf(bench, 'host/returned').some(({ fields }) => fields['errno'] === 'EAGAIN')).toBe(true)
})

test('a child of a program ends with its last step', () => {
  const bench = createBench({ programs: [[{ call: 'fork' }], []] })
  run(bench, SECOND)
  // The host's own process stays, for a person; the child is its zombie.
  expect(processes(bench, CLIENT)).toEqual([`${PID}`, `${CHILD} exited 0`])
})

test('a fork server: the child serves and exits, the parent closes its copy, and FIN goes with the child', () => {
  const bench = createBench()
  const { server, client } = connected(bench)
  does(bench, SERVER, { call: 'fork' })
  does(bench, SERVER, { call: 'close', fd: server })
  const waits = call(bench, CLIENT, { call: 'recv', fd: client, bytes: 10 })
  callIn(bench, SERVER, CHILD, { call: 'exit' })
  run(bench, SECOND)
  expect(lastCall(bench, waits).returned?.value).toBe(0)
  expect(eventsOf(bench, 'host/orphaned', SERVER).map(({ fields }) => fields['state'])).toEqual(['FIN-WAIT-1'])
})

test('a listener that a child still holds goes on accepting', () => {
  const bench = createBench()
  const { listener } = connected(bench)
  does(bench, SERVER, { call: 'fork' })
  does(bench, SERVER, { call: 'close', fd: listener })
  const fd = valueOf(bench, call(bench, CLIENT, { call: 'socket' }))
  const made = call(bench, CLIENT, { call: 'connect', fd, address: ADDRESSES[SERVER], port: 80 })
  run(bench, SECOND)
  expect(lastCall(bench, made).returned?.value).toBe(0)
  expect(doesIn(bench, SERVER, CHILD, { call: 'accept', fd: listener })).toBe(`= ${listener + 2}`)
})
