export { useKeyboard } from './keyboard'
export { PhoneTransport } from './PhoneTransport'
export { Transport } from './Transport'
