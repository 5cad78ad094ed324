import { describe, expect, it } from 'vitest'
import { traceOf } from '../../testing/trace-of'
import { advanceCalls, createCallFold, latestCalls } from './calls'

const client = { host: 0 } as const
const trace = traceOf([
  { ...client, at: 0, type: 'host/descriptorOpened', fd: 3, pid: 1000 },
  { ...client, at: 1, type: 'host/called', thread: 1, fd: 3, call: 'connect(3, 10.0.0.2:80)', pid: 1000 },
  { ...client, at: 41, type: 'host/returned', thread: 1, fd: 3, call: 'connect(3, 10.0.0.2:80)', value: 0, errno: '' },
  { ...client, at: 42, type: 'host/called', thread: 1, fd: 3, call: 'recv(3, 10 B)', pid: 1000 },
  { ...client, at: 50, type: 'host/called', thread: 2, fd: 3, call: 'recv(3, 20 B)', pid: 1000 },
  { ...client, at: 51, type: 'host/returned', thread: 2, fd: 3, call: 'recv(3, 20 B)', value: -1, errno: 'EAGAIN' },
  { host: 1, at: 52, type: 'host/called', thread: 9, fd: 3, call: 'close(3)', pid: 1000 },
  { ...client, at: 60, type: 'host/descriptorOpened', fd: 3, pid: 1000 },
  { ...client, at: 61, type: 'host/called', thread: 3, fd: 3, call: 'send(3, 1 B)', pid: 1000 },
  { ...client, at: 62, type: 'host/called', thread: 4, fd: 3, call: 'getsockname(3)', pid: 1000 },
  {
    ...client,
    at: 63,
    type: 'host/returned',
    thread: 4,
    fd: 3,
    call: 'getsockname(3, [10.0.0.1:80])',
    value: 0,
    errno: '',
  },
])
const fold = createCallFold()
advanceCalls(fold, trace)
const at = (until: number) => latestCalls(fold, trace, 0, 1000, 3, until)

const other = traceOf([
  { ...client, at: 0, type: 'host/called', thread: 1, fd: 3, call: 'recv(3, 1 B)', pid: 1000 },
  { ...client, at: 1, type: 'host/called', thread: 2, fd: 3, call: 'send(3, 1 B)', pid: 1001 },
])

describe('the latest calls on a descriptor', () => {
  it('say what each returned, of all threads the last', () => {
    expect(at(6).get('connect')?.view.returned).toEqual({ value: 0, errno: '', at: 41 })
    expect(at(6).get('recv')).toMatchObject({ thread: 2, view: { returned: { value: -1, errno: 'EAGAIN' } } })
  })

  it('are those of one process, though a forked one has the same number', () => {
    const calls = createCallFold()
    advanceCalls(calls, other)
    expect([...latestCalls(calls, other, 0, 1000, 3, 9).keys()]).toEqual(['recv'])
    expect([...latestCalls(calls, other, 0, 1001, 3, 9).keys()]).toEqual(['send'])
  })

  it('show, once they have returned, what they wrote for their caller', () => {
    expect(at(10).get('getsockname')?.view.call).toBe('getsockname(3)')
    expect(at(11).get('getsockname')?.view.call).toBe('getsockname(3, [10.0.0.1:80])')
  })

  it('are as they were at an earlier moment', () => {
    expect(at(2).get('connect')?.view.returned).toBeNull()
    expect(at(4).get('recv')).toMatchObject({ thread: 1, view: { returned: null, at: 42 } })
    expect(at(1).size).toBe(0)
  })

  it('leave out what was done with an earlier socket of the same number, and what other hosts did', () => {
    expect([...at(9).keys()]).toEqual(['send'])
    expect(at(7).has('close')).toBe(false)
  })
})
