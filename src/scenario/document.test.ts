import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseScenario, SCENARIOS, serializeScenario, toWorldSpec } from '.'

/** What is said about a document that is a good one but for `changes`; '' when it is accepted. */
function complaint(changes: Readonly<Record<string, unknown>>): string {
  const document = { version: 1, id: 'x', title: 'X', hosts: [{ name: 'a' }, { name: 'b' }], ...changes }
  const parsed = parseScenario(JSON.stringify(document))
  return parsed.ok ? '' : parsed.error
}

function withSteps(...steps: readonly unknown[]): Readonly<Record<string, unknown>> {
  return {
    hosts: [{ name: 'a', programs: [{ name: 'p', steps: [{ call: 'socket', as: 's' }, ...steps] }] }, { name: 'b' }],
  }
}

describe('a scenario document', () => {
  test('the least that can be said is a scenario: two hosts on an ordinary link', () => {
    const parsed = parseScenario('{"version":1,"id":"x","title":"X","hosts":[{"name":"a"},{"name":"b"}]}')
    if (!parsed.ok) throw new Error(parsed.error)
    expect(toWorldSpec(parsed.value)).toMatchObject({
      scenario: 'x',
      seed: 1,
      hosts: [
        { name: 'a', address: '10.0.0.1', role: 'client', sysctl: {}, programs: [] },
        { name: 'b', address: '10.0.0.2', role: 'server' },
      ],
      links: [{ a: 0, b: 1, aToB: { rateBitsPerSecond: 10_000_000, delayMicros: 20_000, queuePackets: 100, loss: 0 } }],
      faults: [],
      actions: [],
    })
  })

  test('durations and rates are read with their units, and names become numbers and addresses', () => {
    const document = {
      version: 1,
      id: 'x',
      title: 'X',
      hosts: [
        {
          name: 'near',
          address: '192.0.2.1',
          sysctl: { initcwnd: 2 },
          programs: [
            {
              name: 'p',
              start: '1.5s',
              steps: [
                { call: 'socket', as: 's' },
                { repeat: 2, steps: [{ sleep: '10ms' }, { call: 'connect', fd: 's', address: 'far', port: 80 }] },
              ],
            },
          ],
        },
        { name: 'far', address: '192.0.2.9' },
      ],
      links: [{ a: 'far', b: 'near', both: { rate: '2Mbit', delay: '1ms' }, bToA: { loss: 0.5, rate: 'unlimited' } }],
      faults: [{ from: 'far', flags: 'SA', nth: [2], order: 'delay', delay: '3ms' }],
      actions: [
        { at: '2s', do: 'unplug' },
        { at: '3s', do: 'change', direction: 'aToB', settings: { jitter: '1ms' } },
        { at: '4s', do: 'crash', host: 'far' },
      ],
    }
    const parsed = parseScenario(JSON.stringify(document))
    if (!parsed.ok) throw new Error(parsed.error)
    const spec = toWorldSpec(parsed.value)
    expect(spec.hosts[0].programs[0]).toEqual({
      name: 'p',
      startMicros: 1_500_000,
      steps: [
        { call: 'socket', as: 's' },
        { repeat: 2, steps: [{ sleepMicros: 10_000 }, { call: 'connect', fd: 's', address: '192.0.2.9', port: 80 }] },
      ],
    })
    expect(spec.links[0]).toMatchObject({
      a: 1,
      b: 0,
      aToB: { rateBitsPerSecond: 2_000_000, delayMicros: 1_000, loss: 0 },
      bToA: { rateBitsPerSecond: 0, delayMicros: 1_000, loss: 0.5 },
    })
    expect(spec.faults).toEqual([
      { from: 1, flags: 'SA', data: undefined, nth: [2], order: 'delay', delayMicros: 3_000 },
    ])
    expect(spec.actions).toEqual([
      { at: 2_000_000, action: { kind: 'plug', link: 0, connected: false } },
      { at: 3_000_000, action: { kind: 'link', link: 0, direction: 'aToB', settings: { jitterMicros: 1_000 } } },
      { at: 4_000_000, action: { kind: 'crash', host: 1 } },
    ])
  })

  test('every built-in is a valid document and comes back from text as it was', () => {
    for (const scenario of SCENARIOS) {
      expect(parseScenario(serializeScenario(scenario))).toEqual({ ok: true, value: scenario })
    }
  })
})

describe('a mistake in a document is named in one sentence, with its place', () => {
  test.each([
    [
      withSteps({ call: 'bind', fd: 's', port: 70_000 }),
      'hosts[0].programs[0].steps[1].port: expected a port from 0 to 65535, got 70000.',
    ],
    [withSteps({ call: 'bind', fd: 's' }), 'hosts[0].programs[0].steps[1].port: is missing.'],
    [
      withSteps({ call: 'socket', type: 'SOCK_RAW' }),
      'hosts[0].programs[0].steps[1].type: expected one of SOCK_STREAM, SOCK_DGRAM, got "SOCK_RAW".',
    ],
    [
      withSteps({ call: 'sendto', fd: 's', bytes: 5, address: '10.0.0.2' }),
      'hosts[0].programs[0].steps[1].port: is missing.',
    ],
    [
      withSteps({ call: 'sendto', fd: 's', bytes: 5, to: 'peer' }),
      'hosts[0].programs[0].steps[1].to: no earlier step keeps an address as "peer".',
    ],
    [
      withSteps({ call: 'sendto', fd: 's', bytes: 5, address: 'nobody', port: 53 }),
      'hosts[0].programs[0].steps[1].address: "nobody" is neither a host nor an IPv4 address.',
    ],
    [
      withSteps({ call: 'bind', fd: 's', path: '' }),
      'hosts[0].programs[0].steps[1].path: expected a path of 1 to 107 characters, such as /tmp/echo, got "".',
    ],
    [
      withSteps({ call: 'connect', fd: 's', family: 'AF_INET' }),
      'hosts[0].programs[0].steps[1].family: expected one of AF_UNSPEC, got "AF_INET".',
    ],
    [
      withSteps({ call: 'recvfrom', fd: 's', bytes: 5, flags: ['MSG_MORE'] }),
      /steps\[1\]\.flags\[0\]: expected one of MSG_DONTWAIT, .*, got "MSG_MORE"\.$/,
    ],
    [
      withSteps({ call: 'bnid' }),
      /^hosts\[0\]\.programs\[0\]\.steps\[1\]\.call: expected one of socket, bind, .*, got "bnid"\.$/,
    ],
    [
      withSteps({ call: 'close', fd: 'z' }),
      'hosts[0].programs[0].steps[1].fd: no earlier step keeps a descriptor as "z".',
    ],
    [
      withSteps({ call: 'kill', pid: 'child', signal: 'SIGTERM' }),
      'hosts[0].programs[0].steps[1].pid: no earlier step keeps a process as "child".',
    ],
    [
      withSteps({ call: 'signal', signal: 'SIGSEGV', action: 'SIG_IGN' }),
      /^hosts\[0\]\.programs\[0\]\.steps\[1\]\.signal: expected one of SIGHUP, .*, got "SIGSEGV"\.$/,
    ],
    [
      withSteps({ call: 'poll', fds: [{ fd: 's', events: 'POLLINN' }], timeoutMs: 0 }),
      /\.fds\[0\]\.events: no earlier step keeps a value as "POLLINN"\.$/,
    ],
    [
      withSteps({ call: 'select', read: ['s'], timeoutMs: -2 }),
      /\.timeoutMs: expected a time in ms, or -1 for ever from -1 to 86400000, got -2\.$/,
    ],
    [
      withSteps({ call: 'epollCtl', fd: 's', op: 'EPOLL_CTL_ADD', target: 'x', events: 'EPOLLIN' }),
      /\.target: no earlier step keeps a descriptor as "x"\.$/,
    ],
    [
      withSteps({ call: 'select', read: ['s', 'none'], timeoutMs: 0 }),
      'hosts[0].programs[0].steps[1].read[1]: no earlier step keeps a descriptor as "none".',
    ],
    [withSteps({ call: 'exit', status: 256 }), /\.status: expected an exit status from 0 to 255, got 256\.$/],
    [{ hosts: [{ name: 'a', sigpipe: 'die' }] }, 'hosts[0].sigpipe: expected one of default, ignore, got "die".'],
    [
      { actions: [{ at: '1s', do: 'signal', host: 'a', signal: 'SIGTERM', pid: 0 }] },
      'actions[0].pid: expected the number of a process from 1 to 1000000, got 0.',
    ],
    [
      withSteps({ call: 'connect', fd: 's', address: 'c', port: 1 }),
      'hosts[0].programs[0].steps[1].address: "c" is neither a host nor an IPv4 address.',
    ],
    [
      withSteps({ call: 'close', fd: 's', port: 1 }),
      'hosts[0].programs[0].steps[1].port: is not a field that belongs here.',
    ],
    [
      withSteps({ sleep: 'soon' }),
      'hosts[0].programs[0].steps[1].sleep: expected a duration such as "10ms" or a whole number of µs, got "soon".',
    ],
    [
      withSteps({ repeat: -1, steps: [] }),
      'hosts[0].programs[0].steps[1].repeat: expected a count from 0 to 1000000000 or "forever", got -1.',
    ],
    [
      withSteps({ repeat: 'forever', steps: [] }),
      'hosts[0].programs[0].steps[1].steps: expected at least one step, got none.',
    ],
    [withSteps(5), 'hosts[0].programs[0].steps[1]: expected an object, got 5.'],
    [{ title: undefined }, 'title: is missing.'],
    [{ title: '' }, 'title: expected one line of 1 to 120 characters, got "".'],
    [{ version: 2 }, 'The scenario is of version 2, made for a newer TCPScope; this one reads version 1.'],
    [{ version: '1' }, 'version: expected version 1, got "1".'],
    [{ id: 'Not An Id' }, 'id: expected an id of lower-case words joined by hyphens, got "Not An Id".'],
    [{ colour: 'blue' }, 'colour: is not a field that belongs here.'],
    [{ hosts: [] }, 'hosts: expected at least one host, got none.'],
    [{ hosts: 'two' }, 'hosts: expected a list of at most 16, got "two".'],
    [
      { hosts: Array.from({ length: 17 }, (_, i) => ({ name: `h${i}` })) },
      'hosts: expected a list of at most 16, got a list of 17.',
    ],
    [{ hosts: [{ name: 'a' }, { name: 'a' }] }, 'hosts[1].name: there is another host "a".'],
    [{ hosts: [{ name: 'a' }, { name: 'b', address: '10.0.0.1' }] }, 'hosts[1].address: another host has 10.0.0.1.'],
    [
      { hosts: [{ name: 'a', address: '10.0.0.256' }] },
      'hosts[0].address: expected an IPv4 address such as 10.0.0.2, got "10.0.0.256".',
    ],
    [
      { hosts: [{ name: 'a', address: '127.0.0.1' }] },
      'hosts[0].address: 127.0.0.1 is not an address that a host can have.',
    ],
    [{ hosts: [{ name: 'a', sysctl: { tcp_sacks: 1 } }] }, 'hosts[0].sysctl: There is no sysctl tcp_sacks.'],
    [
      { hosts: [{ name: 'a', sysctl: { mtu: 40 } }] },
      'hosts[0].sysctl: The sysctl mtu is a whole number from 576 to 65535, not 40.',
    ],
    [{ links: [{ a: 'a', b: 'c' }] }, 'links[0].b: there is no host "c".'],
    [{ links: [{ a: 'a', b: 'a' }] }, 'links[0]: both ends are at "a".'],
    [{ links: [{ a: 'a', b: 'b', both: { loss: 2 } }] }, 'links[0].both.loss: expected a chance from 0 to 1, got 2.'],
    [
      { links: [{ a: 'a', b: 'b', aToB: { rate: '10 MB' } }] },
      'links[0].aToB.rate: expected a rate such as "10Mbit" or a number of bits a second, got "10 MB".',
    ],
    [
      { links: [{ a: 'a', b: 'b', aToB: { delay: '2h' } }] },
      'links[0].aToB.delay: expected a duration of at most 1 h, such as "20ms", got "2h".',
    ],
    [
      { links: [{ a: 'a', b: 'b', aAddress: '10.0.1.1' }] },
      'links[0].aAddress: expected an address with a prefix length such as 10.0.1.1/24, got "10.0.1.1".',
    ],
    [
      { hosts: [{ name: 'a', routes: [{ to: '10.0.1.0/33', via: '10.0.0.2' }] }] },
      'hosts[0].routes[0].to: "10.0.1.0/33" is neither "default", a host, an address nor a prefix such as 10.0.1.0/24.',
    ],
    [
      { hosts: [{ name: 'a', routes: [{ to: 'default', via: 'c' }] }] },
      'hosts[0].routes[0].via: "c" is neither a host nor an IPv4 address.',
    ],
    [
      { hosts: [{ name: 'a', routes: [{ to: 'default' }] }] },
      'hosts[0].routes[0]: expected "via" or "link", to know where it leads.',
    ],
    [
      { hosts: [{ name: 'a', routes: [{ to: 'default', via: 'b' }] }, { name: 'b' }], links: [] },
      'hosts[0].routes[0]: "b" is no neighbour of "a".',
    ],
    [{ hosts: [{ name: 'a', routes: [{ to: 'default', link: 1 }] }] }, 'hosts[0].routes[0]: link 1 is none of "a".'],
    [{ faults: [{ from: 'z', order: 'lose' }] }, 'faults[0].from: there is no host "z".'],
    [
      { faults: [{ from: 'a', order: 'burn' }] },
      'faults[0].order: expected one of lose, delay, duplicate, corrupt, hold, got "burn".',
    ],
    [{ actions: [{ at: '1s', do: 'unplug', link: 1 }] }, 'actions[0].link: there is no link 1.'],
    [
      { actions: [{ at: '1s', do: 'explode' }] },
      'actions[0].do: expected one of unplug, plug, change, crash, restart, sysctl, call, signal, firewall, attach, got "explode".',
    ],
    [
      { hosts: [{ name: 'a', firewall: ['-P INPUT DROP', '-A INPUT --dport 80 -j ACCEPT'] }] },
      'hosts[0].firewall: line 2: --dport needs -p tcp or udp before it.',
    ],
    [
      { hosts: [{ name: 'a', firewall: ['-A web -j DROP'] }] },
      'hosts[0].firewall: line 1: The table filter has no chain web: -N web makes one.',
    ],
    [
      { actions: [{ at: '1s', do: 'firewall', host: 'a', line: '-P INPUT REJECT' }] },
      'actions[0].line: A policy is ACCEPT or DROP, not REJECT.',
    ],
    [{ actions: [{ at: '1s', do: 'firewall', host: 'z', line: '-F' }] }, 'actions[0].host: there is no host "z".'],
  ])('%j', (changes, sentence) => {
    expect(complaint(changes)).toMatch(sentence)
  })

  test('what is not JSON, too deep, or too long is refused before it is looked at', () => {
    const said = (text: string): string => {
      const parsed = parseScenario(text)
      return parsed.ok ? '' : parsed.error
    }
    expect(said('{"version": 1,')).toMatch(/^The scenario is not JSON: .*\.$/)
    expect(said('[]')).toBe('The scenario: expected an object, got a list of 0.')
    expect(said('null')).toBe('The scenario: expected an object, got null.')
    expect(said('['.repeat(100_000))).toBe('The scenario is nested deeper than 40 levels.')
    expect(said(' '.repeat(5_000_000))).toBe('The scenario is too long: more than 4194304 characters.')
  })

  test('loops within loops and steps in all are bounded', () => {
    let steps: unknown = { sleep: 1 }
    for (let i = 0; i < 9; i++) steps = { repeat: 1, steps: [steps] }
    expect(complaint(withSteps(steps))).toMatch(/: loops are nested deeper than 8\.$/)
    const many = Array.from({ length: 9_000 }, () => ({ sleep: 1 }))
    const hosts = ['a', 'b'].map((name) => ({ name, programs: [{ name: 'p', steps: many }] }))
    expect(complaint({ hosts })).toMatch(/the document has more than 10000 steps\.$/)
  })
})

test('no JSON makes the reader throw, and every refusal is one sentence', () => {
  const names = fc.constantFrom(
    'version',
    'id',
    'title',
    'hosts',
    'links',
    'name',
    'steps',
    'call',
    'repeat',
    'programs',
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(1, 'socket', 'a', '10ms', null, true, -1, 1e300),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(names, tie('value'), { maxKeys: 4 }),
    ),
  }))
  fc.assert(
    fc.property(value, fc.boolean(), (junk, whole) => {
      const document = whole ? junk : { version: 1, id: 'x', title: 'X', hosts: junk }
      const parsed = parseScenario(JSON.stringify(document) ?? '')
      if (!parsed.ok) expect(parsed.error).toMatch(/^[^\n]{3,400}\.$/)
    }),
    { numRuns: 500 },
  )
})
