/**
 * A person's act, from any panel. When nothing was pending before it, the clock had stopped by itself and goes on; when the person had
 * paused, just the call that was clicked is made, so that its effect is seen at once.
 */
import { store } from '../../store'
import type { Action } from '../../trace'

export async function act(action: Action): Promise<boolean> {
  const { client, playing, idle, pace } = store.getState()
  const done = await client.act(action)
  if (!done || playing) return done
  if (idle) await client.play(pace)
  else if (action.kind === 'call' || action.kind === 'interrupt') await client.stepBy('event', 1)
  return done
}
