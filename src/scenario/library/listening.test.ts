/** What the scenarios about listeners promise in their `watch` lines. */
import { describe, expect, test } from 'vitest'
import { takeReport } from '../../sim'
import { eventsOfType, playScenario, returnedCalls, statePaths } from '../../testing/scenario-run'
import type { ScenarioRun } from '../../testing/scenario-run'
import { runText } from '../../texts'
import { ACK, RST, SYN } from '../../wire'

const CLIENT = 0
const SERVER = 1
const BERKELEY = 2

function counter(run: ScenarioRun, host: number, name: string): number {
  return run.session.world.state.hosts[host].counters.get(name) ?? 0
}

/** What a command prints on a host at the end of the run, blanks made one. */
function printed(run: ScenarioRun, host: number, command: string): string[] {
  const report = takeReport(run.session, host)
  const text = report === undefined ? undefined : runText(command, report)
  return text?.ok === true ? text.value.map((line) => line.text.replaceAll(/ +/g, ' ')) : []
}

/** When a call of a host returned, µs, and what. */
function returns(run: ScenarioRun, host: number, call: string): { at: number; value: number; errno: string }[] {
  return eventsOfType(run, 'host/returned', host).filter((event) => event.call.startsWith(call))
}

describe('syn-cookies', () => {
  const run = playScenario('syn-cookies')

  test('nine false SYNs fill the SYN queue, the rest and the customer get cookies', () => {
    expect(Math.max(...eventsOfType(run, 'host/synQueued', SERVER).map(({ length }) => length))).toBe(9)
    expect(counter(run, SERVER, 'SyncookiesSent')).toBe(24 - 9 + 1)
    expect(counter(run, SERVER, 'TCPReqQFullDoCookies')).toBe(24 - 9 + 1)
    expect(counter(run, SERVER, 'ListenDrops')).toBe(0)
  })

  test('the customer is connected after one round trip, and its connection was never in the SYN queue', () => {
    const [called] = eventsOfType(run, 'host/called', CLIENT).filter(({ call }) => call.startsWith('connect'))
    const [connected] = returns(run, CLIENT, 'connect')
    expect(connected.value).toBe(0)
    expect(connected.at - called.at).toBeLessThan(45_000)
    expect(counter(run, SERVER, 'SyncookiesRecv')).toBe(1)
    const [accepted] = eventsOfType(run, 'host/acceptQueued', SERVER)
    expect(eventsOfType(run, 'host/synQueued', SERVER).map(({ child }) => child)).not.toContain(accepted.child)
    expect(returnedCalls(run, CLIENT)).toContain('recv(3, 4096 B) = 13')
  })
})

describe('abort-on-overflow', () => {
  const run = playScenario('abort-on-overflow')

  test('the third is connected as far as it can know, and then reset', () => {
    expect(returns(run, CLIENT, 'connect').map(({ value }) => value)).toEqual([0, 0, 0])
    expect(returnedCalls(run, CLIENT)).toContain('recv(5, 4096 B) = -1 ECONNRESET')
    expect(returnedCalls(run, CLIENT)).toEqual(expect.arrayContaining(['recv(3, 4096 B) = 0', 'recv(4, 4096 B) = 0']))
    expect(statePaths(run, CLIENT)[2]).toBe('CLOSED SYN-SENT ESTABLISHED CLOSED')
  })

  test('its ACK is answered with RST, and counted', () => {
    const resets = eventsOfType(run, 'tcp/segmentSent', SERVER).filter(({ flags }) => (flags & RST) !== 0)
    const refused = eventsOfType(run, 'tcp/segmentDropped', SERVER).filter(({ reason }) => reason === 'acceptQueueFull')
    expect(refused).toHaveLength(1)
    expect(resets.length).toBeGreaterThan(0)
    expect(resets[0].at).toBe(refused[0].at)
    expect(counter(run, SERVER, 'ListenOverflows')).toBe(1)
    const ignored = eventsOfType(run, 'host/packetDropped', SERVER).map(({ reason }) => reason)
    expect(ignored).not.toContain('acceptQueueFull')
  })
})

describe('backlog-bsd', () => {
  const run = playScenario('backlog-bsd')

  test('a backlog of 3 is four connections on Linux and five on BSD', () => {
    const lengths = (host: number): number =>
      Math.max(...eventsOfType(run, 'host/acceptQueued', host).map(({ length }) => length))
    expect([lengths(SERVER), lengths(BERKELEY)]).toEqual([4, 5])
    expect(printed(run, SERVER, 'ss -Hltn')).toEqual(['LISTEN 4 3 0.0.0.0:80 0.0.0.0:*'])
  })

  test('beyond that both are silent, and the clients ask again', () => {
    const dropped = (host: number): string[] =>
      eventsOfType(run, 'host/packetDropped', host).map(({ reason }) => reason)
    expect(new Set(dropped(SERVER))).toEqual(new Set(['acceptQueueFull']))
    expect(new Set(dropped(BERKELEY))).toEqual(new Set(['listenQueuesFull']))
    expect(counter(run, CLIENT, 'TCPSynRetrans')).toBe(3)
    expect(counter(run, SERVER, 'OutRsts') + counter(run, BERKELEY, 'OutRsts')).toBe(0)
  })
})

describe('reset-before-accept', () => {
  const run = playScenario('reset-before-accept')

  test('poll() promised a connection, the reset took it away, and accept() blocks until another comes', () => {
    expect(returns(run, SERVER, 'poll').map(({ value }) => value)).toEqual([1, 1, 0])
    expect(eventsOfType(run, 'host/acceptQueueLeft', SERVER).map(({ reason }) => reason)).toEqual(['reset', 'reset'])
    const [trusting] = returns(run, SERVER, 'accept(3)')
    expect(trusting.value).toBe(5)
    expect(trusting.at).toBeGreaterThan(3_000_000)
    expect(eventsOfType(run, 'host/blocked', SERVER).some(({ call }) => call === 'accept(3)')).toBe(true)
  })

  test('the non-blocking listener says EAGAIN at once', () => {
    const [careful] = returns(run, SERVER, 'accept(4)')
    expect(careful).toMatchObject({ value: -1, errno: 'EAGAIN' })
    expect(careful.at).toBeLessThan(700_000)
  })
})

describe('defer-accept', () => {
  const run = playScenario('defer-accept')

  test('connect() is over at once, accept() when the request comes, and recv() does not wait', () => {
    expect(returns(run, CLIENT, 'connect')[0].at).toBeLessThan(60_000)
    const [accepted] = returns(run, SERVER, 'accept')
    const [read] = returns(run, SERVER, 'recv')
    expect(accepted.at).toBeGreaterThan(650_000)
    expect(read).toMatchObject({ at: accepted.at, value: 5 })
  })

  test('until then the server is in SYN-RECEIVED with an empty accept queue', () => {
    const early = playScenario('defer-accept', 500_000)
    expect(printed(early, SERVER, 'ss -Htan').map((row) => row.split(' ').slice(0, 3))).toEqual([
      ['LISTEN', '0', '5'],
      ['SYN-RECV', '0', '0'],
    ])
    expect(printed(early, CLIENT, 'ss -Htan')[0]).toMatch(/^ESTAB/)
    expect(counter(early, SERVER, 'TCPDeferAcceptDrop')).toBe(1)
  })
})

describe('data-before-accept', () => {
  test('the connection is opened, filled and half closed before any program has it', () => {
    const early = playScenario('data-before-accept', 600_000)
    const [, row] = printed(early, SERVER, 'ss -Htanp')
    // Twenty bytes and the FIN.
    expect(row).toMatch(/^CLOSE-WAIT 21 0 10\.0\.0\.2:80 10\.0\.0\.1:\d+$/)
    const flags = eventsOfType(early, 'tcp/segmentSent', CLIENT).map((event) => event.flags)
    expect(flags.slice(0, 2)).toEqual([SYN, ACK])
  })

  test('accept() returns it, recv() the bytes, and then 0', () => {
    const run = playScenario('data-before-accept')
    expect(returnedCalls(run, SERVER).slice(-4)).toEqual([
      'accept(3) = 4',
      'recv(4, 4096 B) = 20',
      'recv(4, 4096 B) = 0',
      'close(4) = 0',
    ])
    expect(returns(run, SERVER, 'accept')[0].at).toBe(700_000)
  })
})
