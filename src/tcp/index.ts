export type { TcpIo } from './io'
export type { Chunk, Endpoint, SentSegment, Tcb, TcpConfig, Timer } from './tcb'
