export { decodeHeaders, decodePacket, encodeHeaders, encodePacket } from './codec'
export type { DecodedHeaders, DecodedPacket, DecodeError } from './codec'
export type { Field, FieldLayer } from './field'
export { dissect } from './fields'
export {
  decodeIcmp,
  encodeIcmp,
  formatIcmp,
  FRAGMENTATION_NEEDED,
  ICMP_ECHO,
  ICMP_ECHO_REPLY,
  ICMP_PARAMETER_PROBLEM,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  icmpError,
  isIcmp,
  isIcmpError,
  quotedSegment,
  UNREACHABLE_CODES,
} from './icmp'
export type { IcmpMessage, QuotedSegment } from './icmp'
export { formatIpv4, parseIpv4 } from './ipv4'
export {
  flagLetters,
  formatDatagram,
  formatDatagramBody,
  formatFlags,
  formatOptions,
  formatSegment,
  formatSegmentBody,
  relativeSeq,
} from './notation'
export type { SequenceBase } from './notation'
export type { AnyPacket, IcmpPacket, Packet, UdpPacket } from './packet'
export { accEcnLength, optionsLength, writeOptions } from './options'
export {
  ACK,
  AE,
  CE,
  CWR,
  ECE,
  ECT0,
  ECT1,
  FIN,
  NO_OPTIONS,
  NOT_ECT,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  PSH,
  RST,
  segmentLength,
  SYN,
  URG,
} from './segment'
export type { AccEcnOption, Ipv4Address, Ipv4Header, SackBlock, TcpOptions, TcpSegment } from './segment'
export type { SegmentHeader } from './tcp'
export { decodeUdp, decodeUdpHeaders, encodeUdp, encodeUdpHeaders, isUdp, quotedDatagram } from './udp'
export type { DecodedDatagram, QuotedDatagram, UdpDatagram } from './udp'
export { decodeContents, packetBytes, packetParts, payloadLength } from './whole'
export type { PacketContents } from './whole'
export { requoted } from './requote'
