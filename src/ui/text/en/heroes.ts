/** English words of the state diagram, the ladder, the explanation, the inspector and the event list. */
import type { Phrases } from '../catalogue'

export const heroes = {} as const satisfies Phrases
