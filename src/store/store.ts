/** The one store of the page: facts from the worker, choices of the person, and the few verbs that change them. */
import { useStore as useZustand } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { FromWorker, SessionInfo } from '../trace'
import { keepChoices, readChoices } from './choices'
import type { Choices, Keep, Layout, Locale, Theme } from './choices'
import { createClient, NO_CLIENT } from './client'
import type { Client, WorkerPort } from './client'
import { afterFrame, noFacts } from './facts'
import type { Facts } from './facts'
import type { Selection } from './selection'

/** A stretch of a run, µs. */
export interface TimeSpan {
  readonly from: number
  readonly to: number
}

export interface Toast {
  readonly id: number
  readonly tone: 'notice' | 'failure'
  readonly sentence: string
}

/** The engine broke an assertion of its own: what a report needs, and the session up to the last good step. */
export interface Crash {
  readonly sentence: string
  readonly seed: number
  readonly event: number
  /** As a file; empty where it was lost with the worker. */
  readonly session: string
  /** A fresh engine has taken the session up again. */
  readonly restarted: boolean
}

/** A number in a process's table. */
export interface DescriptorChoice {
  readonly pid: number
  readonly fd: number
}

export interface State extends Facts, Choices {
  readonly client: Client
  readonly selection: Selection | null
  /** The socket that each host's panel shows, by host index. */
  readonly shownSockets: Readonly<Record<number, number>>
  /** Of those that several descriptors refer to, the descriptor that was chosen. */
  readonly shownDescriptors: Readonly<Record<number, DescriptorChoice>>
  readonly messages: readonly Toast[]
  readonly crash: Crash | null
  /** The stretch of the run that the graphs show; null for all of it. */
  readonly graphSpan: TimeSpan | null
  /** The connection that a person chose for the graphs; null to follow the host panels. */
  readonly graphSocket: number | null
  /** Grows whenever the present should be told to those who listen: after a step, not while playing. */
  readonly narration: number
  /** The speed to play at: virtual over real time. The worker knows it only once it plays. */
  readonly pace: number

  readonly connect: (port: WorkerPort) => Client
  readonly opened: (info: SessionInfo) => void
  readonly select: (selection: Selection | null) => void
  readonly showSocket: (host: number, socket: number, descriptor?: DescriptorChoice) => void
  readonly showSpan: (span: TimeSpan | null) => void
  readonly chooseGraphSocket: (socket: number) => void
  readonly setTheme: (theme: Theme) => void
  readonly setLocale: (locale: Locale) => void
  readonly setLayout: (layout: Partial<Layout>) => void
  /** A crash that is over: it is still to be read, beside the session that goes on. */
  readonly noteRestart: (crash: Crash) => void
  readonly dismissCrash: () => void
  readonly lost: (sentence: string) => void
  readonly tell: (sentence: string, tone?: Toast['tone']) => void
  readonly dismiss: (id: number) => void
  readonly narrate: () => void
  readonly setPace: (pace: number) => void
}

const MOST_TOASTS = 3

function storage(): Keep | undefined {
  try {
    return globalThis.localStorage
  } catch {
    return undefined
  }
}

let lastToast = 0

export const store = createStore<State>((set, get) => {
  const choose = (choices: Partial<Choices>): void => {
    set(choices)
    const { theme, locale, layout } = get()
    keepChoices(storage(), { theme, locale, layout })
  }
  return {
    ...noFacts(),
    ...readChoices(storage()),
    client: NO_CLIENT,
    selection: null,
    shownSockets: {},
    shownDescriptors: {},
    graphSpan: null,
    graphSocket: null,
    messages: [],
    crash: null,
    narration: 0,
    pace: 1 / 100,
    connect: (port) => {
      const client = createClient(port, {
        onMessage: (message) => {
          set(afterMessage(get(), message))
        },
        onFailure: (sentence) => {
          get().tell(sentence, 'failure')
        },
        // One frame may be drawn while the next is made; a page that is hidden draws nothing and asks for nothing.
        afterDrawing: (drawn) => {
          requestAnimationFrame(drawn)
        },
      })
      // What another engine told is not continued by this one.
      set({ ...noFacts(), client })
      return client
    },
    opened: (info) => {
      set({
        info,
        selection: null,
        shownSockets: {},
        shownDescriptors: {},
        graphSpan: null,
        graphSocket: null,
        crash: null,
        skipped: null,
      })
    },
    select: (selection) => {
      set({ selection })
      if (selection?.kind === 'socket') get().showSocket(selection.host, selection.socket)
    },
    showSocket: (host, socket, descriptor) => {
      const { shownSockets, shownDescriptors } = get()
      set({ shownSockets: { ...shownSockets, [host]: socket } })
      if (descriptor !== undefined) set({ shownDescriptors: { ...shownDescriptors, [host]: descriptor } })
    },
    showSpan: (graphSpan) => {
      set({ graphSpan })
    },
    chooseGraphSocket: (graphSocket) => {
      set({ graphSocket })
    },
    setTheme: (theme) => {
      choose({ theme })
    },
    setLocale: (locale) => {
      choose({ locale })
    },
    setLayout: (layout) => {
      choose({ layout: { ...get().layout, ...layout } })
    },
    noteRestart: (crash) => {
      set({ crash: { ...crash, restarted: true } })
    },
    dismissCrash: () => {
      set({ crash: null })
    },
    lost: (sentence) => {
      set({ crash: { sentence, seed: 0, event: 0, session: '', restarted: false }, playing: false })
    },
    tell: (sentence, tone = 'notice') => {
      const others = get().messages.filter((toast) => toast.sentence !== sentence)
      set({ messages: [...others, { id: ++lastToast, tone, sentence }].slice(-MOST_TOASTS) })
    },
    dismiss: (id) => {
      set({ messages: get().messages.filter((toast) => toast.id !== id) })
    },
    narrate: () => {
      set({ narration: get().narration + 1 })
    },
    setPace: (pace) => {
      set({ pace })
      const { playing, client } = get()
      if (playing) void client.play(pace)
    },
  }
})

function afterMessage(state: State, message: Exclude<FromWorker, { type: 'reply' | 'failed' }>): Partial<State> {
  if (message.type === 'frame') {
    const facts = afterFrame(state, message)
    return message.epoch === state.epoch ? facts : { ...facts, selection: stillThere(state.selection, facts) }
  }
  if (message.type === 'crashed') {
    const { sentence, seed, event, session } = message
    return { crash: { sentence, seed, event, session, restarted: false }, playing: false }
  }
  return {}
}

/** A selection outlives a change of branch when what it points at lies before the fork. */
function stillThere(selection: Selection | null, facts: Partial<Facts>): Selection | null {
  if (selection?.kind === 'event') return selection.event < (facts.trace?.events.count ?? 0) ? selection : null
  if (selection?.kind === 'packet') return selection.packet < (facts.trace?.packets.count ?? 0) ? selection : null
  return selection
}

export function useStore<T>(selector: (state: State) => T): T {
  return useZustand(store, selector)
}

export function useClient(): Client {
  return useStore((state) => state.client)
}
