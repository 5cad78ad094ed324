export type {
  Call,
  CallName,
  CallOutput,
  EventMask,
  FdRef,
  FileCall,
  OptionValue,
  ProcessCall,
  ShutdownHow,
  SocketCall,
  SocketDomain,
  SocketOption,
  SocketType,
} from './calls'
export { SOCKET_OPTIONS } from './calls'
export * from './columns'
export type { Action, Command, PacketOrder } from './command'
export { ERRNO } from './errno'
export type { Errno } from './errno'
export { EVENT_CODE, EVENT_FIELDS, EVENT_TYPES } from './events'
export type { EventData, EventOf, EventType, FieldType, TraceEvent } from './events'
export type { LinkSettings } from './link-settings'
export type * from './firewall-view'
export type * from './message'
export { LINK_RANGES, linkSettingsError, sysctlError } from './ranges'
export type { Recorder } from './recorder'
export type * from './report'
export { RULE_CODE, RULES } from './rules'
export type { Rule, RuleName } from './rules'
export type * from './snapshot'
export { NO_LINK, ROUTE_TYPES } from './spec'
export type { ComputedField, Expression, FunctionSpec, ProgramSpec, Step, StepCall } from './program'
export type { FaultSpec, HostSpec, LinkSpec, RouteSpec, RouteType, TimedAction, WorldSpec } from './spec'
export { TCP_STATES } from './states'
export type { TcpState } from './states'
export { LINUX_SYSCTL } from './sysctl'
export type { Sysctl } from './sysctl'
export { FIGURE_EDGES, TRANSITION_INDEX, TRANSITIONS } from './transitions'
export type { Transition } from './transitions'
export * from './vocabulary'
export { SIGNAL_ACTIONS, SIGNAL_NAMES, SIGNALS } from './signals'
export type { SignalAction, SignalName } from './signals'
export { formatPollEvents, parsePollEvents, POLL_EVENTS, POLL_REASONS, REPORTED_EVENTS } from './poll-events'
export type { PollReason, Readiness, ReportedEvent } from './poll-events'
