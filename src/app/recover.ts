/**
 * What happens when the engine breaks: a fresh worker takes the session up again at the last step that was whole, and the page says so and offers
 * the session as a file. A run is a function of its input, so what broke once breaks again at the same place: the second time the page
 * leaves it at what was said.
 */
import { store } from '../store'
import type { Crash } from '../store'
import { startEngine } from './engine'
import { openAgain } from './session'

/** Where the engine was last taken up again. */
let takenUp = ''

export function watchCrashes(): void {
  store.subscribe(({ crash }, before) => {
    if (crash !== null && crash !== before.crash && !crash.restarted) void recover(crash)
  })
}

async function recover(crash: Crash): Promise<void> {
  const place = `${crash.seed} ${crash.event} ${crash.sentence}`
  if (place === takenUp) return
  takenUp = place
  startEngine()
  if (await takeUp(crash.session)) store.getState().noteRestart(crash)
}

/** Opens the session again; one that was lost with its worker from its beginning. */
async function takeUp(session: string): Promise<boolean> {
  if (session === '') return openAgain()
  const { client } = store.getState()
  const loaded = await client.load({ kind: 'document', text: session, name: '' })
  if (loaded === undefined) return false
  store.getState().opened(loaded.info)
  return true
}
