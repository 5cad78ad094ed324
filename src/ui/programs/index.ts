export { ProgramsPanel } from './ProgramsPanel'
