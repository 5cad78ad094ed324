/**
 * Everything that the page can be told to do, as one list: time, layout, saving, scenarios, branches, links, hosts and their kernel settings.
 * A command runs at once, or asks for one value first.
 */
import { store } from '../../store'
import type { State, Tab } from '../../store'
import type { HostView, LinkView } from '../../trace'
import { act, setSysctl, SYSCTLS } from '../host'
import { saveExport } from '../share'
import type { Catalogue } from '../text'
import { nextTheme } from '../theme'
import { changePace, jump, stepBy, togglePlay } from '../transport'
import type { Searchable } from './filter'

export interface Command extends Searchable {
  readonly id: string
  /** Shown at the right: a key, or the present value. */
  readonly note?: string
  readonly run?: () => void
  /** Asks for a value; the answer is a sentence where it is none, undefined where it was taken. */
  readonly ask?: { readonly value: string; readonly take: (value: string) => string | undefined }
}

/** What the list needs besides the store. */
export interface Doors {
  readonly scenarios: readonly { readonly id: string; readonly title: string }[]
  readonly openScenario: (id: string) => void
  readonly again: () => void
  readonly showKeys: () => void
}

export function commandsOf(state: State, text: Catalogue, doors: Doors): readonly Command[] {
  return [
    ...timeCommands(text),
    ...pageCommands(state, text, doors),
    ...sessionCommands(state, text, doors),
    ...(state.snapshot?.links ?? []).map((link) => plugCommand(link, state, text)),
    ...(state.snapshot?.hosts ?? []).flatMap((host) => hostCommands(host, text)),
  ]
}

function timeCommands(text: Catalogue): Command[] {
  const { palette, keys } = text
  const group = palette.groups.time
  const step = (unit: 'event' | 'packet' | 'state', direction: 1 | -1): Command => ({
    id: `step ${unit} ${direction}`,
    title: direction > 0 ? text.transport.forward[unit] : text.transport.back[unit],
    group,
    run: () => void stepBy(unit, direction),
  })
  return [
    { id: 'play', title: palette.play, group, note: keys.names.space, run: () => void togglePlay() },
    ...(['event', 'packet', 'state'] as const).flatMap((unit) => [step(unit, 1), step(unit, -1)]),
    { id: 'start', title: palette.start, group, note: 'Home', run: () => void jump({ to: 'start' }) },
    { id: 'end', title: palette.end, group, note: 'End', run: () => void jump({ to: 'end' }) },
    { id: 'faster', title: palette.faster, group, note: ']', run: () => changePace(1) },
    { id: 'slower', title: palette.slower, group, note: '[', run: () => changePace(-1) },
  ]
}

const PRESETS = ['states', 'queues', 'congestion', 'everything'] as const
const TABS = [
  'congestion',
  'sequence',
  'rtt',
  'throughput',
  'numbers',
  'tools',
  'firewall',
  'events',
  'packet',
] as const satisfies readonly Tab[]

function pageCommands({ theme, setTheme, setLayout }: State, text: Catalogue, doors: Doors): Command[] {
  const { palette } = text
  const group = palette.groups.page
  return [
    ...PRESETS.map((preset, i) => ({
      id: `preset ${preset}`,
      title: palette.layout(text.presets[preset]),
      group,
      note: String(i + 1),
      run: () => setLayout({ preset }),
    })),
    ...TABS.map((tab) => ({
      id: `tab ${tab}`,
      title: palette.tab(text.tabs[tab]),
      group,
      run: () => setLayout({ tab, tabletTab: tab }),
    })),
    { id: 'theme', title: text.themes[nextTheme(theme)], group, note: 'T', run: () => setTheme(nextTheme(theme)) },
    { id: 'keys', title: text.keys.title, group, note: '?', run: doors.showKeys },
  ]
}

function sessionCommands({ branches, branch: current, client }: State, text: Catalogue, doors: Doors): Command[] {
  const { groups } = text.palette
  return [
    ...(['session', 'pcapng', 'events'] as const).map((format) => ({
      id: `export ${format}`,
      title: text.exports[format],
      group: groups.save,
      run: () => void saveExport(format),
    })),
    { id: 'again', title: text.picker.again, group: groups.scenario, run: doors.again },
    ...doors.scenarios.map(({ id, title }) => ({
      id: `scenario ${id}`,
      title,
      group: groups.scenario,
      run: () => doors.openScenario(id),
    })),
    ...branches
      .filter(({ id }) => id !== current)
      .map(({ id, name }) => ({
        id: `branch ${id}`,
        title: text.branches.show(name),
        group: groups.branch,
        run: () => void client.switchBranch(id),
      })),
  ]
}

function plugCommand({ index, a, b, connected }: LinkView, { snapshot }: State, text: Catalogue): Command {
  const name = (host: number): string => snapshot?.hosts[host]?.name ?? ''
  return {
    id: `plug ${index}`,
    title: `${text.links.between(name(a), name(b))}: ${connected ? text.links.unplug : text.links.plug}`,
    group: text.palette.groups.link,
    run: () => void act({ kind: 'plug', link: index, connected: !connected }),
  }
}

function hostCommands(host: HostView, text: Catalogue): Command[] {
  const { index, name, up, sysctl } = host
  return [
    {
      id: `power ${index}`,
      title: text.palette.ofHost(name, up ? text.host.crash : text.host.restart),
      group: text.palette.groups.host,
      run: () => void act({ kind: up ? 'crash' : 'restart', host: index }),
    },
    ...SYSCTLS.map((setting) => ({
      id: `sysctl ${index} ${setting}`,
      title: text.palette.ofHost(name, setting),
      group: text.palette.groups.setting,
      note: String(sysctl[setting]),
      ask: { value: String(sysctl[setting]), take: (value: string) => setSysctl(index, setting, value) },
    })),
  ]
}

/** The commands of the present moment. */
export function commandsNow(text: Catalogue, doors: Doors): readonly Command[] {
  return commandsOf(store.getState(), text, doors)
}
