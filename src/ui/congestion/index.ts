export { Congestion } from './Congestion'
