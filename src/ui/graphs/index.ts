export { Congestion } from './Congestion'
export { RoundTrips, Throughput } from './Path'
export { Sequence } from './Sequence'
