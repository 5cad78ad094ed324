export { StateDiagram } from './StateDiagram'
