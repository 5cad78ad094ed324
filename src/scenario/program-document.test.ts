/** Programs in documents: what the language accepts, ready-made programs by their id, and one sentence for each kind of mistake. */
import { describe, expect, test } from 'vitest'
import { PROGRAMS } from '../programs'
import { checkScenario } from './parse'
import { toWorldSpec } from './world-spec'

function document(...programs: readonly unknown[]): unknown {
  return { version: 1, id: 'a', title: 'A', hosts: [{ name: 'a', programs }, { name: 'b' }] }
}

function complaint(value: unknown): string {
  const checked = checkScenario(value)
  return checked.ok ? '' : checked.error
}

/** What is wrong with these steps, without the place of the program. */
function stepsComplaint(...steps: readonly unknown[]): string {
  return complaint(document({ name: 'p', steps })).replace('hosts[0].programs[0].', '')
}

const BUFFER = { buffer: 'buf', bytes: 64 }

describe('a program may', () => {
  test.each([
    [
      'compute what a call is given',
      [
        { set: 'n', to: 3 },
        { call: 'recv', fd: 3, bytes: 'n * 2', as: 'got' },
      ],
    ],
    [
      'name the bits that it polls for',
      [{ call: 'poll', fds: [{ fd: 3, events: 'POLLIN | POLLPRI' }], timeoutMs: 100 }],
    ],
    [
      'read into a buffer and send from it',
      [BUFFER, { call: 'recv', fd: 3, into: 'buf', at: 4, bytes: 8 }, { call: 'send', fd: 3, from: 'buf', bytes: 8 }],
    ],
    ['look at errno', [{ if: 'errno == EAGAIN', do: [{ sleep: '1ms' }], else: [{ return: 1 }] }]],
    [
      'go through what is ready',
      [
        { call: 'epollCreate', as: 'ep' },
        { call: 'epollWait', fd: 'ep', most: 8, timeoutMs: -1 },
        { each: { fd: 'fd', events: 'bits' }, steps: [{ call: 'close', fd: 'fd' }] },
      ],
    ],
    [
      'work on bytes',
      [
        BUFFER,
        { store: 'buf', at: 0, htonl: 7 },
        { store: 'buf', at: 4, text: 'a%d', value: 1, as: 'n' },
        { store: 'buf', at: 'n', fill: "'x'", bytes: 3 },
        { move: 'buf', from: 4, bytes: 'n' },
        { message: 'buf', at: 0, bytes: 'n', around: 1 },
      ],
    ],
    ['comment', [{ comment: 'nothing happens here' }, { sleepMs: 5 }]],
  ])('%s', (_, steps) => {
    expect(stepsComplaint(...steps)).toBe('')
  })

  test('start functions of its own in threads', () => {
    const functions = { serve: { parameters: ['conn'], steps: [{ call: 'close', fd: 'conn' }] } }
    const program = {
      name: 'p',
      variables: { port: 80 },
      functions,
      steps: [{ thread: 'serve', with: ['port + 1'], as: 'failed' }],
    }
    expect(complaint(document(program))).toBe('')
  })

  test('be a ready-made one; a client is given the address of the first other host', () => {
    const checked = checkScenario(document({ use: 'echo-client', with: { size: 10 }, start: '5ms', process: 'client' }))
    if (!checked.ok) throw new Error(checked.error)
    const [program] = toWorldSpec(checked.value).hosts[0].programs
    expect(program).toMatchObject({
      name: 'echo-client',
      startMicros: 5_000,
      process: 'client',
      variables: { size: 10, port: 80 },
    })
    expect(program.steps.find((step) => 'call' in step && step.call === 'connect')).toMatchObject({
      address: '10.0.0.2',
    })
  })
})

test('every ready-made program, written out in a document, passes the same checks', () => {
  for (const { id, parameters, steps, functions } of PROGRAMS) {
    const variables = Object.fromEntries(parameters.map(({ name, initial }) => [name, initial]))
    const written = { name: id, variables, steps, ...(functions === undefined ? {} : { functions }) }
    expect([
      id,
      complaint({
        version: 1,
        id: 'a',
        title: 'A',
        hosts: [{ name: 'client', programs: [written] }, { name: 'server' }],
      }),
    ]).toEqual([id, ''])
  }
})

describe('a mistake in a program is named in one sentence, with its place', () => {
  test.each([
    [[{ set: 'n', to: 'n +' }], 'steps[0].to: it ends too early (character 4 of "n +").'],
    [[{ set: 'n', to: 1.5 }], 'steps[0].to: expected a whole number.'],
    [[{ set: 'EAGAIN', to: 1 }], 'steps[0].set: EAGAIN means something already.'],
    [[{ set: 'n', to: 'm' }], 'steps[0].to: no earlier step keeps a value as "m".'],
    [[{ while: 'x', steps: [{ sleep: 1 }] }], 'steps[0].while: no earlier step keeps a value as "x".'],
    [[{ while: 1, steps: [] }], 'steps[0].steps: expected at least one step, got none.'],
    [[{ if: 'a > 1', do: [] }], 'steps[0].if: no earlier step keeps a value as "a".'],
    [[{ if: 1, do: [{ break: true }] }], 'steps[0].do[0]: there is no loop around it.'],
    [[{ continue: true }], 'steps[0]: there is no loop around it.'],
    [[{ break: 1 }], 'steps[0].break: expected true, got 1.'],
    [[{ buffer: 'b', bytes: 70_000 }], 'steps[0].bytes: expected a number of bytes from 1 to 65536, got 70000.'],
    [
      Array.from({ length: 5 }, (_, i) => ({ buffer: `b${i}`, bytes: 65_536 })),
      'steps[4]: the buffers of a program have at most 262144 bytes together.',
    ],
    [[{ store: 'b', at: 0, htonl: 1 }], 'steps[0].store: no earlier step makes a buffer "b".'],
    [[{ message: 'b', at: 0, bytes: 1 }], 'steps[0].message: no earlier step makes a buffer "b".'],
    [[{ set: 'n', to: 'ntohl(b, 0)' }], 'steps[0].to: no earlier step makes a buffer "b".'],
    [[{ call: 'recv', fd: 3, into: 'b', bytes: 1 }], 'steps[0].into: no earlier step makes a buffer "b".'],
    [[{ call: 'recv', fd: 3, bytes: 'k' }], 'steps[0].bytes: no earlier step keeps a value as "k".'],
    [[{ call: 'recv', fd: 3, bytes: -1 }], 'steps[0].bytes: expected a number of bytes from 0 to 2147483647, got -1.'],
    [
      [{ call: 'poll', fds: [{ fd: 'c', events: 1 }], timeoutMs: 0 }],
      'steps[0].fds[0].fd: no earlier step keeps a descriptor as "c".',
    ],
    [
      [{ call: 'epollCtl', fd: 3, op: 'EPOLL_CTL_ADD', target: 'c', events: 1, data: 1 }],
      'steps[0].target: no earlier step keeps a descriptor as "c".',
    ],
    [[{ thread: 'serve' }], 'steps[0].thread: the program has no function "serve".'],
    [[{ jump: 3 }], /^steps\[0\]\.call: /],
  ])('%j', (steps, sentence) => {
    expect(stepsComplaint(...steps)).toMatch(typeof sentence === 'string' ? sentence : sentence)
  })

  test.each([
    [
      { name: 'p', steps: [{ thread: 'f', with: [1] }], functions: { f: { parameters: [], steps: [] } } },
      'hosts[0].programs[0].steps[0].with: f has 0 parameters, got 1.',
    ],
    [
      { name: 'p', steps: [], functions: { f: { parameters: ['a'], steps: [{ set: 'x', to: 'b' }] } } },
      'hosts[0].programs[0].functions.f.steps[0].to: no earlier step keeps a value as "b".',
    ],
    [
      { name: 'p', steps: [], variables: { n: 'many' } },
      'hosts[0].programs[0].variables.n: expected a number from -1000000000000000 to 1000000000000000, got "many".',
    ],
    [{ use: 'nginx' }, 'hosts[0].programs[0]: there is no ready-made program "nginx".'],
    [{ use: 'echo-server', with: { prot: 1 } }, 'hosts[0].programs[0]: echo-server has no setting "prot".'],
    [
      { use: 'echo-server', with: { port: 0 } },
      'hosts[0].programs[0]: port: expected a whole number from 1 to 65535, got 0.',
    ],
    [
      { use: 'echo-client', with: { server: 'nobody' } },
      'hosts[0].programs[0].with.server: "nobody" is neither a host nor an IPv4 address.',
    ],
  ])('%j', (program, sentence) => {
    expect(complaint(document(program))).toBe(sentence)
  })

  test('and so is one in an attach action', () => {
    const hosts = [{ name: 'a' }]
    const action = (fields: object): string =>
      complaint({ version: 1, id: 'a', title: 'A', hosts, actions: [{ at: 1, do: 'attach', host: 'a', ...fields }] })
    expect(action({ program: 'epoll-server' })).toBe('')
    expect(action({ program: 'x' })).toBe('actions[0]: there is no ready-made program "x".')
    expect(action({ program: 'echo-client', settings: { server: 'b' } })).toBe(
      'actions[0].settings.server: "b" is neither a host nor an IPv4 address.',
    )
  })
})
