/** The main job by hand: sockets are made, connected, used and closed by clicking the calls. */
import { expect, test } from './page'
import type { Scope } from './page'

async function returned(scope: Scope, host: Scope['client'], call: string, value: string | RegExp): Promise<void> {
  await expect(scope.returned(host, call)).toContainText(value)
}

test('a connection is opened, used and closed with nothing but clicks', async ({ scope }) => {
  const { client, server } = scope
  await scope.open('empty')
  await server.getByRole('button', { name: 'socket()' }).click()
  await scope.call(server, 'bind')
  await returned(scope, server, 'bind', '= 0')
  await scope.call(server, 'listen')
  await returned(scope, server, 'listen', '= 0')
  await scope.call(server, 'accept')
  await returned(scope, server, 'accept', 'blocked')

  await client.getByRole('button', { name: 'socket()' }).click()
  await scope.call(client, 'connect')
  await returned(scope, client, 'connect', 'blocked')
  await scope.stepUntil(() => client.getByRole('button', { name: /ESTABLISHED/ }).isVisible())
  await scope.stepUntil(() => scope.returned(client, 'connect').filter({ hasText: '= 0' }).isVisible())
  await scope.stepUntil(() => server.getByRole('button', { name: /fd 4, ESTABLISHED/ }).isVisible())

  await scope.call(client, 'send')
  await returned(scope, client, 'send', '= 1000')
  await server.getByRole('button', { name: /fd 4, ESTABLISHED/ }).click()
  await scope.call(server, 'recv')
  await scope.stepUntil(
    async () => (await server.getByRole('list', { name: 'Calls' }).textContent())?.includes('= 1000') ?? false,
  )

  await scope.call(client, 'close')
  await scope.stepUntil(() => server.getByRole('button', { name: /fd 4, CLOSE-WAIT/ }).isVisible())
  await scope.call(server, 'close')
  await scope.stepUntil(() => client.getByRole('button', { name: /TIME-WAIT/ }).isVisible())
})

test('a call that is an error is allowed and shows its errno', async ({ scope }) => {
  const { client } = scope
  await scope.open('empty')
  await client.getByRole('button', { name: 'socket()' }).click()
  await scope.showAllCalls(client)
  await scope.call(client, 'send')
  await returned(scope, client, 'send', /-1 (ENOTCONN|EPIPE)/)
})

test('a port that nobody listens on refuses, and connect says so', async ({ scope }) => {
  const { client } = scope
  await scope.open('empty')
  await client.getByRole('button', { name: 'socket()' }).click()
  await scope.call(client, 'connect')
  await scope.stepUntil(
    async () => (await client.getByRole('list', { name: 'Calls' }).textContent())?.includes('ECONNREFUSED') ?? false,
  )
})
