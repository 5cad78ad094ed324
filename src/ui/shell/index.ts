export { Shell } from './Shell'
export type { ScenarioSummary, SessionDoor } from './session-door'
