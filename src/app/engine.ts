/** The worker that the engine runs in: started with the page, and started anew when it is lost in a session that asks for too much. */
import { store } from '../store'
import { textOf } from '../ui'

let worker: Worker | null = null

/** Joins a fresh worker to the store; one that was there before is ended, with whatever it was doing. */
export function startEngine(): void {
  worker?.terminate()
  worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('error', () => {
    const { tell, lost, locale, info } = store.getState()
    const { noWorker, workerLost } = textOf(locale).app
    if (info === null) tell(noWorker, 'failure')
    else lost(workerLost)
  })
  store.getState().connect(worker)
}
