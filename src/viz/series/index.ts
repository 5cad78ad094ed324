export { advanceSeries, createSeriesFold } from './samples'
export type { CaChange, LossMark, Samples, SeriesFold } from './samples'
export { lastAt, stepLines } from './steps'
export type { Line } from './steps'
