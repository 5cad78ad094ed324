export { Firewall } from './Firewall'
