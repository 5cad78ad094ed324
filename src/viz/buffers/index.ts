export { bufferCells, sequencePlace, sequenceView } from './cells'
export type { Cell, SequenceView } from './cells'
