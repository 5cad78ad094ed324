export { advanceStreams, createStreamFold, lastHandled, streamView } from './streams'
export type { Piece, StreamFold, StreamView } from './streams'
