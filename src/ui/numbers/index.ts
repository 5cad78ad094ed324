export { Numbers } from './Numbers'
