/** What the `watch` lines of the scenarios about firewalls and NAT say. */
import { describe, expect, test } from 'vitest'
import { takeReport } from '../../sim'
import { runText } from '../../texts'
import { eventsOfType, playScenario, returnedCalls } from '../../testing/scenario-run'
import type { ScenarioRun } from '../../testing/scenario-run'
import { SYN } from '../../wire'

const CLIENT = 0
const SERVER = 1
const ROUTER = 2
const SECOND = 1_000_000

function tell(run: ScenarioRun, host: number, command: string): string[] {
  const report = takeReport(run.session, host)
  if (report === undefined) throw new Error(`there is no host ${host}`)
  const printed = runText(command, report)
  if (!printed.ok) throw new Error(printed.error)
  return printed.value.map(({ text }) => text)
}

function flows(run: ScenarioRun, host: number): string[] {
  return tell(run, host, 'conntrack -L').slice(0, -1)
}

describe('a firewall', () => {
  test('DROP leaves connect() to its eleven SYNs; REJECT ends it one round trip later, each kind with its errno', () => {
    const run = playScenario('firewall-drop-or-reject')
    const connects = eventsOfType(run, 'host/returned', CLIENT).filter(({ call }) => call.startsWith('connect'))
    expect(connects.map(({ call, errno }) => `${call.slice(-3, -1)} ${errno}`)).toEqual([
      '81 ECONNREFUSED',
      '82 EHOSTUNREACH',
      '80 ETIMEDOUT',
    ])
    expect(connects[0].at).toBeLessThan(150_000)
    expect(connects[2].at).toBeGreaterThan(120 * SECOND)
    const packets = tell(run, SERVER, 'iptables -L INPUT -v -n')
      .slice(2)
      .map((line) => line.trim().split(/\s+/)[0])
    expect(packets).toEqual(['11', '1', '1'])
  })

  test('that remembers lets answers in and strangers not', () => {
    const run = playScenario('stateful-firewall')
    expect(eventsOfType(run, 'netfilter/flowBegan', CLIENT)).toHaveLength(1)
    expect(eventsOfType(run, 'netfilter/flowChanged', CLIENT).map(({ to }) => to)).toEqual([
      'SYN_RECV',
      'ESTABLISHED',
      'FIN_WAIT',
      'CLOSE_WAIT',
      'LAST_ACK',
      'TIME_WAIT',
    ])
    const stopped = eventsOfType(run, 'netfilter/ruleStopped', CLIENT)
    expect(new Set(stopped.map(({ ruleText, place }) => `${place}: ${ruleText}`))).toEqual(
      new Set(['filter INPUT: policy DROP']),
    )
    expect(stopped.length).toBeGreaterThan(1)
    expect(returnedCalls(run, CLIENT).filter((call) => call.startsWith('close'))).toHaveLength(1)
  })

  test('that logs writes what it drops, up to its limit', () => {
    const run = playScenario('firewall-log')
    const log = tell(run, SERVER, 'dmesg')
    expect(log.length).toBeGreaterThanOrEqual(4)
    expect(log.length).toBeLessThan(8)
    expect(log[0]).toContain('knock: IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2')
    expect(eventsOfType(run, 'netfilter/ruleStopped', SERVER)).toHaveLength(8)
  })
})

describe('a NAT router', () => {
  test('hides two clients behind one address, and gives the second another port', () => {
    const run = playScenario('nat-router')
    const accepted = eventsOfType(run, 'tcp/segmentArrived', SERVER)
    expect(accepted.length).toBeGreaterThan(0)
    const settled = eventsOfType(run, 'netfilter/natSettled', 3)
    expect(settled[0].to).toBe('tcp 203.0.113.5:5000 > 203.0.113.80:80')
    expect(settled[1].from).toBe('tcp 192.168.2.10:5000 > 203.0.113.80:80')
    expect(settled[1].to).not.toContain(':5000 ')
    const remotes = tell(run, SERVER, 'ss -tan').filter((line) => line.includes('203.0.113.80:80'))
    expect(remotes.every((line) => line.includes('203.0.113.5:'))).toBe(true)
  })

  test('leads a port to a server inside, and is asked for the first packet only', () => {
    const run = playScenario('nat-port-forwarding')
    expect(returnedCalls(run, CLIENT)).toEqual(expect.arrayContaining(['close(3) = 0']))
    expect(tell(run, ROUTER, 'iptables -t nat -L PREROUTING -v -n').at(-1)).toMatch(/^ +1 +60 DNAT/)
  })

  test('forgets an idle connection, and both ends still believe in it', () => {
    const run = playScenario('nat-idle-death')
    const sends = returnedCalls(run, CLIENT).filter((call) => call.startsWith('send'))
    expect(sends).toHaveLength(2)
    expect(flows(run, ROUTER)).toEqual([])
    expect(eventsOfType(run, 'netfilter/flowEnded', ROUTER)).toHaveLength(1)
    const lost = eventsOfType(run, 'netfilter/invalid', ROUTER)
    expect(lost.length).toBeGreaterThan(3)
    expect(lost[0].at).toBeGreaterThan(100 * SECOND)
    for (const host of [CLIENT, SERVER]) expect(tell(run, host, 'ss -tan').join('\n')).toContain('ESTAB')
  })

  test('remembers a connection that keepalive renews', () => {
    const run = playScenario('nat-keepalive')
    expect(eventsOfType(run, 'netfilter/flowEnded', ROUTER)).toEqual([])
    const text = eventsOfType(run, 'tcp/dataAccepted', SERVER).at(-1)
    expect(text?.bytes).toBe('still there?'.length)
    expect(text?.at).toBeLessThan(101 * SECOND)
  })

  test('with a full table drops the SYN of a third connection until one of the two is closing', () => {
    const run = playScenario('conntrack-full')
    const full = eventsOfType(run, 'netfilter/tableFull', ROUTER)
    expect(full).toHaveLength(5)
    expect(eventsOfType(run, 'netfilter/flowEnded', ROUTER).map(({ state, rule }) => `${rule} ${state}`)).toEqual([
      'conntrackEarlyDrop CLOSE_WAIT',
    ])
    const syns = eventsOfType(run, 'tcp/segmentSent', CLIENT).filter(({ flags }) => (flags & SYN) !== 0)
    expect(syns).toHaveLength(8)
    expect(flows(run, ROUTER)).toHaveLength(2)
  })

  test('that was restarted knows no connection: what was ESTABLISHED is INVALID', () => {
    const run = playScenario('conntrack-restart')
    const invalid = eventsOfType(run, 'netfilter/invalid', ROUTER)
    expect(invalid[0].at).toBeGreaterThan(2_200_000)
    expect(invalid[0].why).toBe('nf_conntrack_tcp_loose is 0, and no SYN was seen')
    expect(eventsOfType(run, 'netfilter/ruleStopped', ROUTER)).toHaveLength(invalid.length)
    expect(tell(run, SERVER, 'ss -tan').join('\n')).toContain('ESTAB')
    expect(eventsOfType(run, 'tcp/gaveUp')).toEqual([])
  })
})
