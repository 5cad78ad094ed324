/** Words of the command palette. */
export const palette = {
  palette: {
    title: 'Commands',
    open: 'Find a command (Ctrl K)',
    hint: 'Find a command, a scenario, a kernel setting…',
    none: 'Nothing answers to these words.',
    more: (n: number) => `${n} more; type on to narrow them down.`,
    set: 'Set',
    play: 'Play or pause',
    start: 'To the start',
    end: 'To the end of what was run',
    faster: 'Play faster',
    slower: 'Play slower',
    layout: (name: string) => `Layout: ${name}`,
    tab: (name: string) => `Show ${name}`,
    ofHost: (host: string, what: string) => `${host}: ${what}`,
    groups: {
      time: 'Time',
      page: 'Page',
      save: 'Save',
      scenario: 'Scenario',
      branch: 'Branch',
      link: 'Link',
      host: 'Host',
      setting: 'Kernel setting',
    },
  },
}
