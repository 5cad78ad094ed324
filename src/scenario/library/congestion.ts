/** Scenarios about congestion control: one bulk sender, one narrow link, one queue that overflows. */
import type { LinkDocument, ScenarioDocument } from '../document'
import { client, closeConn, connectTo80, program, server, sink, V1 } from './parts'

/** 10 Mbit/s and 20 ms there and back hold 17 segments; 50 more may wait. */
const NARROW: LinkDocument = { a: 'client', b: 'server', both: { rate: '10Mbit', delay: '10ms', queue: 50 } }

function bulk(algorithm: 'reno' | 'cubic' | 'dctcp' | 'bbr'): ScenarioDocument['hosts'] {
  return [
    {
      ...client(
        program(
          'uploader',
          { sleep: '10ms' },
          { call: 'socket', as: 'conn' },
          { call: 'setsockopt', fd: 'conn', option: 'TCP_CONGESTION', value: algorithm },
          ...connectTo80.slice(1),
          { call: 'send', fd: 'conn', bytes: 12_000_000 },
          closeConn,
        ),
      ),
    },
    server(sink()),
  ]
}

export const congestion: readonly ScenarioDocument[] = [
  {
    ...V1,
    id: 'slow-start-reno',
    title: 'Slow start to loss (Reno)',
    summary:
      'A sender that knows nothing of the network doubles its window each round trip until the queue overflows, then settles into the sawtooth.',
    hint: 'Try: halve the queue of the link while it runs and see the teeth shrink.',
    watch: [
      'Slow start: one more segment for each ACK, so the window doubles each round trip',
      'The queue fills before anything is lost: the round-trip time grows first',
      'Each loss halves cwnd; between losses it grows by one segment a round trip',
    ],
    focus: 'congestion',
    until: '8s',
    hosts: bulk('reno'),
    links: [NARROW],
  },
  {
    ...V1,
    id: 'slow-start-cubic',
    title: 'Slow start to loss (CUBIC)',
    summary:
      'The same sender and the same link with CUBIC, the algorithm of nearly every server today: it leaves slow start early and climbs back in a curve.',
    hint: 'Try: open the Reno scenario beside it and compare how long each stays near the top.',
    watch: [
      'HyStart notices the growing delay and ends slow start before the queue overflows',
      'After a loss cwnd falls to 70 % only, then grows fast, slowly near the old maximum, and fast beyond it',
    ],
    focus: 'congestion',
    until: '8s',
    hosts: bulk('cubic'),
    links: [NARROW],
  },
  {
    ...V1,
    id: 'marks-not-losses',
    title: 'Marks instead of losses (DCTCP)',
    summary:
      'The queue marks packets once ten wait, the receiver echoes each mark, and DCTCP slows down by as much as was marked: the link stays full, nothing is lost.',
    hint: 'Try: set the mark of the link to 0 while it runs, and see the queue fill until it loses packets.',
    watch: [
      'Both SYNs agree on ECN: ECE and CWR in the SYN, ECE in the SYN,ACK',
      'Marked packets arrive; ECE goes back until CWR says that it was heeded',
      'The state is CWR, never Recovery: there is nothing to send again',
    ],
    focus: 'congestion',
    until: '4s',
    hosts: bulk('dctcp').map((host) => ({ ...host, sysctl: { tcp_congestion_control: 'dctcp' } })),
    links: [{ ...NARROW, both: { ...NARROW.both, mark: 10 } }],
  },
  {
    ...V1,
    id: 'bbr',
    title: 'A model instead of losses (BBR)',
    summary:
      'BBR measures the bandwidth and the bare round trip and sends at that rate: the deep queue of this link stays nearly empty, and nothing is lost.',
    hint: 'Try: halve the rate of the link while it runs and see how many round trips BBR takes to believe it.',
    watch: [
      'STARTUP doubles the rate until it brings no more, then DRAIN empties the queue that this has made',
      'PROBE_BW sends a quarter faster for one round trip in eight, then a quarter slower',
      'After ten seconds PROBE_RTT lets the pipe run nearly dry for 200 ms to see the bare round trip',
    ],
    focus: 'congestion',
    until: '11s',
    hosts: bulk('bbr'),
    links: [{ a: 'client', b: 'server', both: { rate: '5Mbit', delay: '20ms', queue: 300 } }],
  },
]
