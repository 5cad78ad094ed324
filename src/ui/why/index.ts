export { Why } from './Why'
