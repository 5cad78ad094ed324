export { createHost } from './create'
export { hostFirewall } from './firewall'
export { hostSocketDeadline, hostSocketDue } from './due'
export { hostPacketArrives } from './input'
export type { HostIo } from './io'
export { findEntry, hostAnswersFor, hostNeighboursDue, ipConfigs, neighboursDueAt } from './ip'
export { crashHost, hostSetSysctl, restartHost } from './power'
export type { Host } from './records'
export { reportHost } from './report'
export {
  hostCall,
  hostInterrupt,
  hostSignal,
  hostSpawn,
  hostThreadDue,
  hostThreadWakes,
  startPrograms,
} from './threads'
export { hostAttach } from './spawn'
export { hostTcpInfo, viewHost } from './view'
