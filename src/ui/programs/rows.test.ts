/** What the programs' panel lists, from a snapshot of real runs. */
import { expect, test } from 'vitest'
import { takeSnapshot } from '../../sim'
import { CLIENT, runPrograms, SERVER } from '../../testing/program-run'
import { freePort, runningPrograms, serverFor, variablesOf } from './rows'

const run = runPrograms({
  server: [['fork-server'], ['never-accepts', { port: 81 }, 1_000]],
  client: [['echo-client'], ['retry-client', { port: 9 }, 2_000]],
  untilMicros: 90_000,
})
const { hosts } = takeSnapshot(run.session)

test('all processes that run one text stand in it, each at its line', () => {
  const [fork, idle] = runningPrograms(hosts[SERVER])
  const lines = fork.threads.map(({ process, line }) => `${process.pid}: ${fork.program.lines[line].text}`)
  expect(lines).toEqual([
    '1001: int conn = accept(listener, NULL, NULL);',
    expect.stringMatching(/^100\d: int n = recv\(conn, buf, 4096, 0\);$/),
  ])
  expect(idle.program.name).toBe('never-accepts')
})

test('variables are shown without the settings that the text has already, and errno by its name', () => {
  const retry = runningPrograms(hosts[CLIENT]).find(({ program }) => program.name === 'retry-client')!
  const shown = variablesOf(retry.threads[0].thread, retry.program)
  expect(shown).toContainEqual(['errno', 'ECONNREFUSED'])
  expect(shown).toContainEqual(['wait', '100'])
  expect(shown.map(([name]) => name)).not.toContain('port')
})

test('a server is offered a port that is free, a client the newest listener of the other host', () => {
  expect(freePort(hosts[SERVER])).toBe(82)
  expect(freePort(hosts[CLIENT])).toBe(80)
  expect(serverFor(hosts[CLIENT], hosts)).toEqual({ address: '10.0.0.2', port: 81 })
})
