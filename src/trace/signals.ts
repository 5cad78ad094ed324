/** The signals that processes here know, with their Linux numbers and what they do to a process that says nothing about them: signal(7). */
export const SIGNALS = {
  SIGHUP: [1, 'terminate'],
  SIGINT: [2, 'terminate'],
  SIGKILL: [9, 'terminate'],
  SIGUSR1: [10, 'terminate'],
  SIGUSR2: [12, 'terminate'],
  SIGPIPE: [13, 'terminate'],
  SIGALRM: [14, 'terminate'],
  SIGTERM: [15, 'terminate'],
  SIGCHLD: [17, 'ignore'],
} as const satisfies Readonly<Record<string, readonly [number, 'terminate' | 'ignore']>>

export type SignalName = keyof typeof SIGNALS
export const SIGNAL_NAMES = Object.keys(SIGNALS) as readonly SignalName[]

/** What a process does with a signal; a handler here only notes that it ran. */
export const SIGNAL_ACTIONS = ['SIG_DFL', 'SIG_IGN', 'handler'] as const
export type SignalAction = (typeof SIGNAL_ACTIONS)[number]
