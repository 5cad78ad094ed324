/** The main clauses of RFC 5681, 6298, 6582, 7323, 5961 and 3168, and the tests that hold them. */
import { clause, clauseDeviates } from './row'
import type { Requirement } from './requirement'

export const BASIC_CLAUSES: readonly Requirement[] = [
  clause(
    5681,
    '3.1',
    'an initial window (ten segments, RFC 6928)',
    'a fresh connection sends ten segments and then waits for the congestion window',
  ),
  clause(
    5681,
    '3.1',
    'one segment after a lost SYN',
    'answered after two losses: one segment to begin with (RFC 5681 3.1)',
  ),
  clause(
    5681,
    '3.1',
    'slow start adds what is acked',
    'each ACK of one segment lets two out, so that a round trip doubles the window',
    'an ACK of two segments counts for two',
  ),
  clause(5681, '3.1', 'congestion avoidance adds one segment in a round trip', 'Reno adds one segment each round trip'),
  clause(5681, '3.1', 'half of the flight after a loss', 'Reno halves on a loss, CUBIC falls to seven tenths'),
  clause(
    5681,
    '3.1',
    'one segment after a timeout',
    'doubles up to 120 s, sends the oldest segment alone, and leaves one segment of window',
    'after it, slow start brings back everything that was out',
  ),
  clause(
    5681,
    '3.2',
    'fast retransmit at the third duplicate ACK, new data for the first two',
    'the third duplicate ACK brings the first segment again, the first two one new segment each',
  ),
  clause(5681, '2', 'what is a duplicate ACK', 'a segment that changes the window is no duplicate ACK'),
  clause(
    5681,
    '4.1',
    'slow start after idleness',
    'an idle connection halves its window for each RTO, and remembers three quarters as ssthresh',
    'a long pause ends at the initial window',
  ),
  clause(
    5681,
    '4.2',
    'delayed ACKs, every second full segment, within half a second',
    'SHLD-19: afterwards every second full segment is acked at once',
    'SHLD-18, MUST-40: a lone segment is acked later, but within half a second',
  ),
  clause(
    5681,
    '4.2',
    'gaps and their filling are acked at once',
    'data out of order is acked at once, with what is missing (MAY-13)',
    'MUST-59: the segment that fills a gap is acked once, with all that waited behind it',
  ),

  clause(6298, '2.1', 'one second before any sample', 'is one second before any sample (RFC 6298 2.1)'),
  clause(6298, '2.2', 'the first sample', 'the first sample R gives srtt R, rttvar R/2 and RTO 3R (RFC 6298 2.2)'),
  clause(
    6298,
    '2.3',
    'the next samples: alpha an eighth, beta a quarter',
    'moves srtt by an eighth of the error',
    'lets the variance rise at once',
    'lets the variance fall by a quarter of the way once a round trip',
  ),
  clauseDeviates(6298, '2.4', 'at least one second', 'Linux: at least 200 ms (tcp_rto_min_us)'),
  clause(
    6298,
    '2.5',
    'a maximum of 60 s or more',
    'is rounded up to the millisecond of the timer, and held below 120 s',
  ),
  clause(
    6298,
    '3',
    "Karn's algorithm, and timestamps that lift it",
    'Karn: the ACK of a retransmission measures nothing and leaves the RTO backed off',
    'with timestamps the ACK of a retransmission does measure, and ends the backoff',
  ),
  clause(
    6298,
    '5.1-5.3',
    'the timer runs while something is out, and starts over with each ACK of new data',
    'is restarted by an ACK of new data and stopped when all is acked',
  ),
  clause(
    6298,
    '5.4-5.6',
    'the earliest segment again, and twice the time',
    'doubles up to 120 s, sends the oldest segment alone, and leaves one segment of window',
  ),
  clause(
    6298,
    '5.7',
    'three seconds where the SYN was repeated and nothing measured',
    'answered after two losses: one segment to begin with (RFC 5681 3.1)',
  ),

  clause(
    6582,
    '3.2',
    'a partial ACK brings the next hole, a full ACK ends the recovery',
    'NewReno: each partial ACK brings the next hole, and the ACK of all that was out ends the recovery',
  ),

  clause(
    7323,
    '2.2',
    'scales are used when both SYNs name one, and not in SYNs',
    'what only one side offers is not used',
    'RFC 7323 2.2: the windows of both SYNs are taken as they stand, the next ones are shifted',
    'RFC 7323 2.2: the option stands in SYNs alone',
  ),
  clause(7323, '2.3', 'a scale is 14 at most', 'a window scale above 14 is taken as 14, an MSS of 0 as none'),
  clauseDeviates(
    7323,
    '2.4',
    'a shrunk window is honoured, though the right edge may move back by rounding',
    'Linux rounds windows up instead, so that the edge stays (SHLD-14)',
  ),
  clause(
    7323,
    '3.2',
    'timestamps in every segment once agreed on',
    'RFC 7323 3.2: once agreed on stands in every segment but a RST, and echoes nothing without ACK',
  ),
  clause(
    7323,
    '4.3',
    'which timestamp is echoed: Last.ACK.sent',
    'RFC 7323 4.3: an ACK of several segments echoes the earliest, so that the delay counts',
    'RFC 7323 4.3: behind a gap the echo stays that of the last segment in order',
  ),
  clause(7323, '5.2', 'RST is exempt from PAWS', 'RFC 7323 5.2: a RST is heard whatever its timestamp'),
  clause(
    7323,
    '5.3',
    'PAWS',
    'RFC 7323 5.3: an older timestamp makes a segment unacceptable: it is acked and dropped',
    'RFC 7323 5.3: values are compared modulo 2^32',
  ),
  clause(
    7323,
    '5.5',
    'values outdate after 24 days',
    'RFC 7323 5.5: after 24 days of silence a value is too old to judge by',
  ),

  clause(
    5961,
    '3.2',
    'a RST must be exact; one in the window is challenged',
    'a RST at RCV.NXT ends the connection with the errno of Linux',
    'a RST elsewhere ends nothing',
  ),
  clause(
    5961,
    '4.2',
    'a SYN is challenged',
    'RFC 5961 4.2: a SYN on a connection is answered with a challenge ACK, which a restarted peer resets',
  ),
  clause(
    5961,
    '5.2',
    'an ACK is in [SND.UNA - MAX.SND.WND, SND.NXT]',
    'RFC 5961 5.2: an ACK from long ago does not bring data in',
    'an ACK of what was never sent is answered and its data ignored',
  ),
  clause(
    5961,
    '7',
    'challenge ACKs are rationed',
    'challenge ACKs are rationed: one in half a second for a connection',
  ),

  clauseDeviates(3168, '6.1', 'ECN for TCP', 'no ECN'),
]
