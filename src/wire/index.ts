export { decodeHeaders, decodePacket, encodeHeaders, encodePacket } from './codec'
export type { DecodedHeaders, DecodedPacket, DecodeError } from './codec'
export type { Field, FieldLayer } from './field'
export { dissect } from './fields'
export { formatIpv4, parseIpv4 } from './ipv4'
export { flagLetters, formatFlags, formatOptions, formatSegment, formatSegmentBody, relativeSeq } from './notation'
export type { SequenceBase } from './notation'
export type { Packet } from './packet'
export {
  ACK,
  AE,
  CWR,
  ECE,
  FIN,
  NO_OPTIONS,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  PSH,
  RST,
  segmentLength,
  SYN,
  URG,
} from './segment'
export type { Ipv4Address, Ipv4Header, SackBlock, TcpOptions, TcpSegment } from './segment'
export type { SegmentHeader } from './tcp'
