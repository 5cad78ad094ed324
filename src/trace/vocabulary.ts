/**
 * The closed lists that events point into by number: why something was dropped or lost, what holds a sender, which
 * timer, which congestion phase. A member's number in a trace is its place in its list, so members are only ever
 * added at the end within one trace version.
 */

/** Why a host, or a connection, ignored a packet that reached it. */
export const DROP_REASONS = [
  'none',
  'badChecksum',
  'malformed',
  'notMyAddress',
  'noSocket',
  'outOfWindow',
  'oldAck',
  'futureAck',
  'missingAck',
  'missingSyn',
  'paws',
  'invalidReset',
  'challengeAckRateLimited',
  'synQueueFull',
  'acceptQueueFull',
  'receiveBufferFull',
  'duplicate',
  'closed',
  'hostDown',
  'unexpectedSyn',
  'timeWait',
  'martianSource',
  'icmpOutOfWindow',
  'icmpIgnored',
  'deferredAccept',
  'ttlExceeded',
  'noRoute',
  'tooLong',
  'filtered',
  'listenQueuesFull',
] as const
export type DropReason = (typeof DROP_REASONS)[number]

/** Why a link lost a packet. */
export const LOSS_REASONS = [
  'order',
  'random',
  'queueFull',
  'fault',
  'unplugged',
  'noRoute',
  'hostDown',
  'tooLong',
  'noNeighbour',
  'filtered',
] as const
export type LossReason = (typeof LOSS_REASONS)[number]

/** What a sender waits for. */
export const WAIT_REASONS = [
  'nothingToSend',
  'handshake',
  'nagle',
  'sillyWindow',
  'peerWindow',
  'congestionWindow',
  'retransmission',
  'persist',
  'finAck',
  'peerClose',
  'timeWait',
  'closed',
  'cork',
  'pacing',
] as const
export type WaitReason = (typeof WAIT_REASONS)[number]

export const TIMER_KINDS = [
  'retransmit',
  'persist',
  'delayedAck',
  'keepalive',
  'timeWait',
  'finWait2',
  'synAck',
  'tailLoss',
  'reorder',
  'pacing',
  'compressedAck',
] as const
export type TimerKind = (typeof TIMER_KINDS)[number]

/** Linux's tcp_ca_state (include/net/inet_connection_sock.h). */
export const CA_STATES = ['Open', 'Disorder', 'CWR', 'Recovery', 'Loss'] as const
export type CaState = (typeof CA_STATES)[number]

/** What the congestion window is doing, as a person would shade it. */
export const CONGESTION_PHASES = ['slowStart', 'congestionAvoidance', 'recovery', 'loss'] as const
export type CongestionPhase = (typeof CONGESTION_PHASES)[number]

/** Why a segment left. */
export const SEND_PURPOSES = [
  'syn',
  'synAck',
  'data',
  'ack',
  'delayedAck',
  'duplicateAck',
  'windowUpdate',
  'fin',
  'fastRetransmit',
  'timeoutRetransmit',
  'windowProbe',
  'keepaliveProbe',
  'reset',
  'challengeAck',
  'tailLossProbe',
  'raw',
] as const
export type SendPurpose = (typeof SEND_PURPOSES)[number]

/** How a loss was noticed. */
export const LOSS_SIGNALS = ['threeDuplicateAcks', 'sack', 'timeout', 'rack', 'partialAck'] as const
export type LossSignal = (typeof LOSS_SIGNALS)[number]
