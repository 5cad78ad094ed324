export * from './buffers'
export * from './series'
export * from './timeline'
