/**
 * How a session comes onto the page: from the address, from the list, from a file. A source that cannot be opened leaves its sentence on
 * the page and the session that was there, or the first scenario where there was none.
 */
import { store } from '../store'
import type { SessionInfo, SessionSource, Snapshot } from '../trace'
import { reducedMotion, textOf } from '../ui'
import { startEngine } from './engine'

/** What opens when the address asks for nothing. */
const FIRST_SCENARIO = 'three-way-handshake'

let lastSource: SessionSource = { kind: 'scenario', id: FIRST_SCENARIO }

/** Opens what is open once more, as it was when it was opened. */
export async function openAgain(): Promise<boolean> {
  return openSession(lastSource)
}

export async function openSession(source: SessionSource): Promise<boolean> {
  const { client, epoch, info: before } = store.getState()
  const back = before === null ? undefined : await client.share()
  const loaded = await inTime(client.load(source))
  if (loaded === LATE) {
    await giveUp(back)
    return false
  }
  if (loaded === undefined) return false
  lastSource = source
  const { info, notice } = loaded
  const state = store.getState()
  state.opened(info)
  if (notice !== '') state.tell(notice)
  document.title = `${info.title} · TCPScope`
  const showsGraph = info.focus === 'congestion' || info.focus === 'everything'
  state.setLayout({ preset: info.focus, tab: showsGraph ? 'congestion' : 'events' })
  noteInAddress(source, before === null)
  const snapshot = await firstSnapshot(epoch)
  const pace = openingPace(info, snapshot)
  store.getState().setPace(pace)
  if (snapshot.position.step === 0 && !reducedMotion()) await client.play(pace)
  return true
}

/** Real milliseconds after which a session that is still not open asks for more than a page should run. */
const PATIENCE_MS = 10_000
const LATE = Symbol('late')

function inTime<T>(work: Promise<T>): Promise<T | typeof LATE> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(LATE), PATIENCE_MS)
    void work.then((result) => {
      clearTimeout(timer)
      resolve(result)
    })
  })
}

/** Ends the engine with the session that it is lost in, and takes a fresh one back to the session before, `back` as a link. */
async function giveUp(back: string | undefined): Promise<void> {
  startEngine()
  const { client, tell, locale, opened } = store.getState()
  tell(textOf(locale).app.tooMuch(PATIENCE_MS / 1_000), 'failure')
  const loaded = back === undefined ? undefined : await client.load({ kind: 'link', hash: back })
  if (loaded !== undefined) opened(loaded.info)
}

/** Leaves an address that opens the same again where that is short: a scenario's id. A file leaves none. */
function noteInAddress(source: SessionSource, first: boolean): void {
  if (source.kind === 'link') return
  const address = source.kind === 'scenario' ? `#${source.id}` : `${location.pathname}${location.search}`
  if (first) history.replaceState(null, '', address)
  else history.pushState(null, '', address)
  shownAddress = location.href
}

/** The address of the session on the page: what a link that is refused gives back. */
let shownAddress: string | null = null

/** Opens what the part of the address after `#` says. Where it is refused and a session stays, its address comes back. */
export async function openAddress(): Promise<void> {
  const hash = location.hash.slice(1)
  if (hash !== '' && (await openSession({ kind: 'link', hash }))) {
    shownAddress = location.href
    return
  }
  if (store.getState().info !== null) {
    if (shownAddress !== null) history.replaceState(null, '', shownAddress)
    return
  }
  await openSession({ kind: 'scenario', id: FIRST_SCENARIO })
}

/** The first snapshot of another trace than that of epoch `before`. */
function firstSnapshot(before: number): Promise<Snapshot> {
  return new Promise((resolve) => {
    const { epoch, snapshot } = store.getState()
    if (snapshot !== null && epoch !== before) {
      resolve(snapshot)
      return
    }
    const stop = store.subscribe((state) => {
      if (state.snapshot === null || state.epoch === before) return
      stop()
      resolve(state.snapshot)
    })
  })
}

const PACES = [1 / 2_000, 1 / 1_000, 1 / 500, 1 / 200, 1 / 100, 1 / 50, 1 / 20, 1 / 10, 1 / 5, 1 / 2, 1]
/** Real seconds that the opening round trips take. */
const OPENING_SECONDS = 4

/** Round trips that pass in that time: a handshake is to be followed, a long transfer to be watched. */
const OPENING_ROUND_TRIPS: Readonly<Record<SessionInfo['focus'], number>> = {
  states: 1.5,
  queues: 4,
  congestion: 12,
  everything: 1.5,
}

/** Slow enough to follow, fast enough not to be waited for. */
function openingPace(info: SessionInfo, { links }: Snapshot): number {
  const roundTrips = OPENING_ROUND_TRIPS[info.focus]
  const link = links.at(0)
  const micros = link === undefined ? 40_000 : link.aToB.delayMicros + link.bToA.delayMicros
  const wanted = (Math.max(1_000, micros) * roundTrips) / (OPENING_SECONDS * 1_000_000)
  return PACES.findLast((pace) => pace <= wanted) ?? PACES[0]
}
