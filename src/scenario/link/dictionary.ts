/**
 * The preset dictionary of links of version 1: text that documents and commands are likely to contain, the likeliest last. It is
 * FROZEN: a single changed letter makes every link of version 1 unreadable. A better one is a new version beside it.
 */
import { utf8Bytes } from '../../base'

const WORDS = [
  '"tcp_syn_retries":"tcp_synack_retries":"tcp_retries2":"tcp_fin_timeout":"tcp_keepalive_time":"tcp_keepalive_intvl":',
  '"tcp_keepalive_probes":"tcp_max_syn_backlog":"somaxconn":"tcp_abort_on_overflow":1,"tcp_syncookies":0,"tcp_tw_reuse":',
  '"tcp_rfc1337":"tcp_timestamps":0,"tcp_sack":0,"tcp_dsack":"tcp_window_scaling":0,"tcp_congestion_control":"reno","cubic"',
  '"tcp_slow_start_after_idle":"tcp_recovery":0,"tcp_frto":"tcp_min_rto_us":"initcwnd":"initssthresh":"tcp_rmem":[4096,131072,6291456]',
  '"tcp_wmem":[4096,16384,4194304]"rmem_max":"wmem_max":"ip_local_port_range":[32768,60999]"mtu":1500',
  '"SO_REUSEADDR","SO_KEEPALIVE","SO_LINGER","SO_SNDBUF","SO_RCVBUF","TCP_NODELAY","TCP_CORK","TCP_QUICKACK","TCP_CONGESTION"',
  '"TCP_KEEPIDLE","TCP_KEEPINTVL","TCP_KEEPCNT","TCP_USER_TIMEOUT","MSG_DONTWAIT","MSG_PEEK","MSG_WAITALL","MSG_NOSIGNAL"',
  '{"kind":"interrupt","host":0,"thread":{"kind":"restart","host":{"kind":"crash","host":{"kind":"sysctl","host":,"name":","value":',
  '{"kind":"plug","link":0,"connected":false}{"kind":"plug","link":0,"connected":true}{"kind":"link","link":0,"direction":"both",',
  '"settings":{"rateBitsPerSecond":10000000,"delayMicros":20000,"jitterMicros":0,"queuePackets":100,"loss":0,"reorder":0,',
  '"reorderMicros":0,"duplicate":0,"corrupt":0}}"order":"hold"}"order":"release"}"order":"corrupt"}"order":"duplicate"}',
  '"order":"delay","delayMicros":10000}"order":"lose"}{"kind":"packet","packet":',
  '"faults":[{"from":"client","flags":"S","data":true,"nth":[1],"order":"lose"}],"actions":[{"at":"1s","do":"unplug","link":0},',
  '{"at":"2s","do":"plug"},{"at":"do":"change","settings":{"do":"crash","host":"server"},"do":"call","until":"5s"',
  '"links":[{"a":"client","b":"server","both":{"rate":"10Mbit","delay":"20ms","jitter":"5ms","queue":100,"loss":0.01,"reorder":',
  '"reorderDelay":"duplicate":"corrupt":},"aToB":{"bToA":{"hosts":[{"name":"client","address":"10.0.0.1","role":"client",',
  '"sysctl":{"programs":[{"name":"start":"10ms","steps":[{"call":"socket","as":"listener"},{"call":"bind","fd":"listener","port":80},',
  '{"call":"listen","fd":"listener","backlog":5},{"call":"accept","fd":"listener","as":"conn"},{"call":"recv","fd":"conn","bytes":65536},',
  '{"call":"send","fd":"conn","bytes":1000,"text":"flags":["call":"shutdown","fd":"conn","how":"SHUT_WR"},{"call":"close","fd":"conn"}',
  '{"repeat":"forever","untilClosed":true,"steps":[{"sleep":"100ms"},{"call":"socket","as":"conn"},{"call":"connect","fd":"conn",',
  '"address":"server","port":80},"version":1,"id":"title":"summary":"hint":"Try: ","watch":["focus":"states","queues","congestion",',
  '"everything","seed":1,"of":"with":{"print":"document":{"version":1,"id":"session":1,"commands":[{"step":"at":"action":{',
  '{"kind":"call","host":0,"pid":1000,"call":{"call":"socket"}}],{"kind":"call","host":1,"pid":1000,"call":{"call":"fcntl","fd":3,',
  '"nonblock":true}}],"call":{"call":"setsockopt","fd":3,"option":"value":1}}],"call":{"call":"getsockopt","fd":3,"option":"SO_ERROR"}}],',
  '"call":{"call":"bind","fd":3,"port":80}}],"call":{"call":"listen","fd":3,"backlog":5}}],"call":{"call":"accept","fd":3}}],',
  '"call":{"call":"connect","fd":3,"address":"10.0.0.2","port":80}}],"call":{"call":"shutdown","fd":3,"how":"SHUT_WR"}}],',
  '"call":{"call":"recv","fd":4,"bytes":4096}}],"call":{"call":"send","fd":3,"bytes":1000}}],"call":{"call":"close","fd":3}}],',
  '{"of":"three-way-handshake","with":{},"print":0,"commands":[[0,0,{"kind":"call","host":0,"pid":1000,"call":{"call":"',
]

export const DICTIONARY_1: Uint8Array = utf8Bytes(WORDS.join(''))
