export { advanceSeries, createSeriesFold } from './samples'
export type { LossMark, Samples, SeriesFold } from './samples'
export { lastAt, stepLines } from './steps'
export type { Line } from './steps'
