/** English words of the shell: bars, menus, host panels, transport, graph. Calls, flags, states and fields stay as the RFC and Linux spell them. */
import type { Phrases } from '../catalogue'

export const shell = {
  app: {
    name: 'TCPScope',
    starting: 'Starting the stack…',
    crashed: (seed: number, event: number) => `Seed ${seed}, event ${event}. The session can still be saved.`,
    skip: (time: string) => `${time} pass`,
  },
} as const satisfies Phrases
