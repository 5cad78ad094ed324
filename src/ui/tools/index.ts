export { Tools } from './Tools'
