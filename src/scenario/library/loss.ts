/** Scenarios about what a connection does when the network loses, shuffles or spoils segments. */
import type { ScenarioDocument } from '../document'
import { client, closeConn, connectTo80, program, server, sink, V1 } from './parts'

export const loss: readonly ScenarioDocument[] = [
  {
    ...V1,
    id: 'fast-retransmit',
    title: 'Lost segment, fast retransmit',
    summary:
      'One data segment is lost; those behind it arrive, and three duplicate ACKs tell the sender what is missing long before its timer would.',
    hint: 'Try: lose the next segment too, then step one packet.',
    watch: [
      'The server keeps what comes after the hole and goes on asking for the hole',
      'SACK blocks name what has arrived, so only the lost segment is sent again',
      'cwnd is halved: a loss is taken as a sign of congestion',
      'The retransmission timer never runs out',
    ],
    focus: 'everything',
    until: '400ms',
    hosts: [
      {
        ...client(
          program(
            'uploader',
            { call: 'socket', as: 'conn' },
            { call: 'setsockopt', fd: 'conn', option: 'TCP_NODELAY', value: 1 },
            { call: 'connect', fd: 'conn', address: 'server', port: 80 },
            { call: 'send', fd: 'conn', bytes: 43_440 },
            { call: 'recv', fd: 'conn', bytes: 4_096, flags: ['MSG_DONTWAIT'] },
            { sleep: '250ms' },
            closeConn,
          ),
        ),
        sysctl: { tcp_congestion_control: 'reno', initcwnd: 2, tcp_recovery: 0, tcp_early_retrans: 0 },
      },
      server(sink()),
    ],
    links: [{ a: 'client', b: 'server', both: { rate: '3Mbit', delay: '16ms' } }],
    faults: [{ from: 'client', data: true, nth: [9], order: 'lose' }],
  },
  {
    ...V1,
    id: 'rto',
    title: 'Retransmission timeout',
    summary:
      'The last segment is lost and nothing follows it, so no duplicate ACK can help: only the timer finds out, and it doubles each time.',
    hint: 'Try: set tcp_early_retrans to 3 on the client and see a tail loss probe do it sooner.',
    watch: [
      'The timer starts from the measured round trip, but never below 200 ms',
      'Each further timeout doubles it: 0.24, 0.48, 0.96 s',
      'cwnd falls to one segment: after a timeout the sender assumes the worst',
      'The round trip of a segment that was sent twice is not measured (Karn)',
    ],
    focus: 'everything',
    until: '3s',
    hosts: [
      {
        ...client(
          program(
            'sender',
            { sleep: '10ms' },
            ...connectTo80,
            { call: 'send', fd: 'conn', bytes: 5_792 },
            { sleep: '2500ms' },
            closeConn,
          ),
        ),
        sysctl: { tcp_early_retrans: 0 },
      },
      server(sink()),
    ],
    faults: [{ from: 'client', data: true, nth: [4, 5, 6], order: 'lose' }],
  },
  {
    ...V1,
    id: 'reordering',
    title: 'Reordering',
    summary:
      'Segments overtake one another on the way; the receiver puts them in order, and the sender must not mistake lateness for loss.',
    hint: 'Try: delay one data segment by 100 ms and see whether it is sent again in vain.',
    watch: [
      'Islands beyond the gap in the receive buffer, joined when the late segment comes',
      'Duplicate ACKs without a loss',
      'DSACK: the receiver reports what it got twice, and the sender takes its slowing down back',
    ],
    focus: 'everything',
    until: '1s',
    hosts: [
      client(
        program('sender', { sleep: '10ms' }, ...connectTo80, { call: 'send', fd: 'conn', bytes: 120_000 }, closeConn),
      ),
      server(sink()),
    ],
    links: [{ a: 'client', b: 'server', aToB: { reorder: 0.15, reorderDelay: '8ms' } }],
  },
  {
    ...V1,
    id: 'corrupted-segment',
    title: 'Corrupted segment',
    summary:
      'One bit of a segment flips on the way; the checksum finds it, the segment is dropped in silence, and loss recovery does the rest.',
    hint: 'Try: corrupt another packet in flight and look at its bytes in the inspector.',
    watch: [
      'The receiver says nothing: it cannot know whose segment it was',
      'To the sender, damage looks like loss',
      'The counter InCsumErrors',
    ],
    focus: 'everything',
    until: '1s',
    hosts: [
      client(
        program('sender', { sleep: '10ms' }, ...connectTo80, { call: 'send', fd: 'conn', bytes: 20_000 }, closeConn),
      ),
      server(sink()),
    ],
    faults: [{ from: 'client', data: true, nth: [3], order: 'corrupt' }],
  },
]
