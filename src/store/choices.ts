/** What a person chose about the page itself. Kept in the browser between visits; nothing here reaches the engine. */
export type Theme = 'system' | 'light' | 'dark'
export type Locale = 'en'
export type Preset = 'states' | 'queues' | 'congestion' | 'everything'
/** On a tablet the hosts and the explanation are tabs too. */
export type Tab =
  | 'congestion'
  | 'sequence'
  | 'rtt'
  | 'throughput'
  | 'numbers'
  | 'tools'
  | 'firewall'
  | 'programs'
  | 'events'
  | 'packet'
  | 'hosts'
  | 'why'
const TABS: readonly Tab[] = [
  'congestion',
  'sequence',
  'rtt',
  'throughput',
  'numbers',
  'tools',
  'firewall',
  'programs',
  'events',
  'packet',
  'hosts',
  'why',
]
/** On a phone one of these has the screen. */
export type PhoneTab = 'wire' | 'states' | 'hosts' | 'graphs' | 'tools' | 'firewall' | 'why'

export interface Layout {
  readonly preset: Preset
  readonly tab: Tab
  /** The tab of the details where the hosts are among them. */
  readonly tabletTab: Tab
  readonly phoneTab: PhoneTab
  /** Step size of the phone's two step buttons. */
  readonly stepUnit: 'event' | 'packet' | 'state'
}

export interface Choices {
  readonly theme: Theme
  readonly locale: Locale
  readonly layout: Layout
}

const FIRST_CHOICES: Choices = {
  theme: 'system',
  locale: 'en',
  layout: { preset: 'everything', tab: 'congestion', tabletTab: 'hosts', phoneTab: 'wire', stepUnit: 'packet' },
}

/** The part of localStorage that is used. */
export interface Keep {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

const KEY = 'tcpscope.choices.1'

/** The kept choices, or the first ones where nothing readable is kept. */
export function readChoices(keep: Keep | undefined): Choices {
  try {
    const kept = JSON.parse(keep?.getItem(KEY) ?? '{}') as Partial<Choices> | null
    return {
      theme: oneOf(kept?.theme, ['system', 'light', 'dark'], FIRST_CHOICES.theme),
      locale: oneOf(kept?.locale, ['en'], FIRST_CHOICES.locale),
      layout: {
        preset: oneOf(kept?.layout?.preset, ['states', 'queues', 'congestion', 'everything'], 'everything'),
        tab: oneOf(kept?.layout?.tab, TABS, 'congestion'),
        tabletTab: oneOf(kept?.layout?.tabletTab, TABS, 'hosts'),
        phoneTab: oneOf(
          kept?.layout?.phoneTab,
          ['wire', 'states', 'hosts', 'graphs', 'tools', 'firewall', 'why'],
          'wire',
        ),
        stepUnit: oneOf(kept?.layout?.stepUnit, ['event', 'packet', 'state'], 'packet'),
      },
    }
  } catch {
    return FIRST_CHOICES
  }
}

export function keepChoices(keep: Keep | undefined, choices: Choices): void {
  try {
    keep?.setItem(KEY, JSON.stringify(choices))
  } catch {
    // A full or forbidden storage only means that the choices are forgotten.
  }
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[], otherwise: T): T {
  return allowed.find((candidate) => candidate === value) ?? otherwise
}
