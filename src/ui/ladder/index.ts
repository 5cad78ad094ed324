export { Ladder } from './Ladder'
