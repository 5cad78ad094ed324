/** The composition root: starts the engine, joins the ways in to the page, and puts it into the document. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Shell } from '../ui'
import type { SessionDoor } from '../ui'
import '../ui/global.css'
import { startEngine } from './engine'
import { watchCrashes } from './recover'
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
  startEngine()
  watchCrashes()
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
