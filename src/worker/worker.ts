/** The Worker's entry: joins the message port to the engine and keeps the pace. Everything else is in files that know no port. */
import type { FromWorker, ToWorker } from '../trace'
import { createEngine } from './engine'

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null
  postMessage(message: FromWorker, transfer: Transferable[]): void
}

/** A frame at 60 Hz. */
const FRAME_MS = 1000 / 60

const engine = createEngine({
  now: () => performance.now(),
  post: (message, transfer) => {
    scope.postMessage(message, transfer)
  },
})

scope.onmessage = (event) => {
  engine.receive(event.data)
}

setInterval(() => {
  engine.tick()
}, FRAME_MS)

scope.postMessage({ type: 'ready' }, [])
