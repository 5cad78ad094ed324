export { useKeyboard } from './keyboard'
export { PhoneTransport } from './PhoneTransport'
export { Transport } from './Transport'
export { changePace, jump, stepBy, togglePlay } from './verbs'
