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
