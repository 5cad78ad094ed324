/** The composition root: the one place that makes the Worker, joins it to the store, and puts the page into the document. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { store } from '../store'
import { Shell, textOf } from '../ui'
import type { SessionDoor } from '../ui'
import '../ui/global.css'
import { openAddress, openAgain, openSession } from './session'

const door: SessionDoor = {
  scenarios: async () => {
    const { SCENARIOS } = await import('../scenario')
    return SCENARIOS.map(({ id, title, summary, focus }) => ({
      id,
      title,
      summary: summary ?? '',
      focus: focus ?? 'states',
    }))
  },
  open: async (source) => {
    await openSession(source)
  },
  again: async () => {
    await openAgain()
  },
}

function start(): void {
  const worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('error', () => {
    const { tell, locale } = store.getState()
    tell(textOf(locale).app.noWorker, 'failure')
  })
  store.getState().connect(worker)
  void openAddress()
  window.addEventListener('hashchange', () => void openAddress())
}

start()
const page = document.getElementById('page')
if (page !== null) {
  createRoot(page).render(
    <StrictMode>
      <Shell door={door} />
    </StrictMode>,
  )
}
