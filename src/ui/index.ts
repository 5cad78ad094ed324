export { Shell } from './shell'
export type { SessionDoor } from './shell'
export { reducedMotion } from './theme'
export { textOf } from './text'
