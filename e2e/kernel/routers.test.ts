/**
 * Client, router and server on the real kernel (namespaces joined by veth pairs, routers.py) and on our hosts: what connect() says where no way leads to
 * the peer, how long it takes to say it, and what the client learns of a path with a smaller MTU.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseScenario, toWorldSpec } from '../../src/scenario'
import type { ScenarioDocument } from '../../src/scenario'
import { createSession, runUntil, takeSnapshot, takeTcpInfo } from '../../src/sim'
import type { Session } from '../../src/sim'
import { readEvent } from '../../src/trace'
import { kernelUnavailable, namespaceFlags } from './wire'

const LIMIT_SECONDS = 120
const SECOND = 1_000_000
const NOWHERE = '203.0.113.9'

interface Said {
  readonly said: string
  readonly seconds: number
}
interface FromKernel {
  readonly said: Readonly<Record<string, Said>>
  readonly mss: number
  readonly pmtu: number
  readonly route: string
}

type Routes = NonNullable<ScenarioDocument['hosts'][number]['routes']>

/** What differs from the plain three hosts: whom the client connects to, and the routes of each. */
interface Situation {
  readonly to: string
  readonly client?: Routes
  readonly router?: Routes
  readonly server?: Routes
}

const refusing = (type: Routes[number]['type']): Routes => [{ to: '203.0.113.0/24', type }]

const SITUATIONS: Readonly<Record<string, Situation>> = {
  'nobody listens': { to: 'server' },
  "nobody on the router's other link": { to: '192.168.2.77' },
  'nobody on the own link': { to: '192.168.1.77' },
  'the router knows no way': { to: NOWHERE },
  'the router has a route of type unreachable': { to: NOWHERE, router: refusing('unreachable') },
  'the router has a route of type prohibit': { to: NOWHERE, router: refusing('prohibit') },
  'the router has a route of type blackhole': { to: NOWHERE, router: refusing('blackhole') },
  'two routers point at each other': { to: NOWHERE, router: [{ to: '203.0.113.0/24', via: 'server' }] },
  'the host knows no way': { to: NOWHERE, client: [] },
  'the host has a route of type unreachable': { to: NOWHERE, client: refusing('unreachable') },
  'the host has a route of type prohibit': { to: NOWHERE, client: refusing('prohibit') },
  'the host has a route of type blackhole': { to: NOWHERE, client: refusing('blackhole') },
}

const FAST = { rate: 'unlimited', delay: '100us' }

function play({ to, client, router, server }: Situation, more: object, steps: readonly object[]): Session {
  const routes = (given: Routes | undefined): object => (given === undefined ? {} : { routes: given })
  const parsed = parseScenario(
    JSON.stringify({
      version: 1,
      id: 'lab',
      title: 'Lab',
      hosts: [
        { name: 'client', ...routes(client), programs: [{ name: 'client', steps }] },
        { name: 'router', role: 'router', ...routes(router) },
        {
          name: 'server',
          role: 'router',
          ...routes(server ?? [{ to: 'default', via: 'router' }]),
          programs: [
            {
              name: 'sink',
              steps: [
                { call: 'socket', as: 'l' },
                { call: 'bind', fd: 'l', port: 8_080 },
                { call: 'listen', fd: 'l', backlog: 5 },
                { call: 'accept', fd: 'l', as: 'c' },
                { repeat: 'forever', untilClosed: true, steps: [{ call: 'recv', fd: 'c', bytes: 65_536 }] },
              ],
            },
          ],
        },
      ],
      links: [
        { a: 'client', b: 'router', aAddress: '192.168.1.2/24', bAddress: '192.168.1.1/24', both: FAST },
        { a: 'router', b: 'server', aAddress: '192.168.2.1/24', bAddress: '192.168.2.2/24', both: FAST, ...more },
      ],
    }),
  )
  if (!parsed.ok) throw new Error(`${to}: ${parsed.error}`)
  const session = createSession(toWorldSpec(parsed.value))
  runUntil(session, 5 * SECOND)
  return session
}

function ourConnect(situation: Situation): Said {
  const session = play(situation, {}, [
    { call: 'socket', as: 's' },
    { call: 'connect', fd: 's', address: situation.to, port: 80 },
  ])
  const { trace } = session.branch
  for (let i = 0; i < trace.events.count; i++) {
    const event = readEvent(trace, i)
    if (event.type !== 'host/returned' || event.host !== 0 || !event.call.startsWith('connect')) continue
    return { said: event.errno === '' ? String(event.value) : event.errno, seconds: event.at / SECOND }
  }
  return { said: 'blocked', seconds: Infinity }
}

const missing = kernelUnavailable()
if (missing !== undefined) console.log(`Not run: routers on the real kernel: ${missing}`)

describe.skipIf(missing !== undefined)(
  `our routers beside the kernel's${missing === undefined ? '' : `: not run: ${missing}`}`,
  () => {
    let kernel: FromKernel
    beforeAll(() => {
      const script = fileURLToPath(new URL('routers.py', import.meta.url))
      const args = ['-k', '5', String(LIMIT_SECONDS), 'unshare', ...namespaceFlags(), '-m', 'python3', script]
      const done = spawnSync('timeout', args, { encoding: 'utf8' })
      expect(done.stderr).toBe('')
      kernel = JSON.parse(done.stdout) as FromKernel
    }, LIMIT_SECONDS * 1_000)

    test('every situation was tried', () => {
      expect(Object.keys(kernel.said)).toEqual(Object.keys(SITUATIONS))
    })

    for (const [name, situation] of Object.entries(SITUATIONS)) {
      test(`${name}: connect() says the same`, () => {
        const ours = ourConnect(situation)
        const { said, seconds } = kernel.said[name]
        expect(ours.said).toBe(said)
        // A local refusal, and a neighbour that is asked three times, take their time; an answer over veth may come while the socket is locked, and count only after
        // the second SYN.
        if (name.startsWith('nobody on')) expect([Math.round(ours.seconds), Math.round(seconds)]).toEqual([3, 3])
        if (name.startsWith('the host')) expect(ours.seconds).toBe(0)
      })
    }

    test('a smaller MTU behind the router: the same MSS, and the same path MTU in the route', () => {
      const session = play({ to: 'server' }, { aToB: { ...FAST, mtu: 1_280 } }, [
        { call: 'socket', as: 's' },
        { call: 'connect', fd: 's', address: 'server', port: 8_080 },
        { call: 'send', fd: 's', bytes: 20_000 },
        { sleep: '1h' },
      ])
      const { hosts } = takeSnapshot(session)
      const info = takeTcpInfo(session, hosts[0].sockets[0].id)
      expect([info?.['tcpi_snd_mss'], info?.['tcpi_pmtu']]).toEqual([kernel.mss, kernel.pmtu])
      const [learned] = hosts[0].ip.exceptions
      expect(kernel.route).toContain(`mtu ${learned.mtu}`)
      expect(kernel.route).toMatch(/expires (?:599|600)sec/)
    })
  },
)
