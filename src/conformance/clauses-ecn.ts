/** The main clauses of RFC 3168, 8257 and 9768, and the tests that hold them. */
import { clause, clauseDeviates } from './row'
import type { Requirement } from './requirement'

export const ECN_CLAUSES: readonly Requirement[] = [
  clause(
    3168,
    '5',
    'a router marks an ECN-capable packet instead of dropping it',
    'marks ECN-capable packets once its queue has grown to the threshold, and others not',
  ),
  clause(
    3168,
    '6.1.1',
    'both SYNs agree; neither is ECN-capable',
    'RFC 3168 6.1.1: the SYN sets ECE and CWR, the SYN,ACK ECE alone, and neither is ECN-capable',
    'RFC 3168 6.1.1: a SYN that is ECN-capable itself gets no ECN',
    'tcp_ecn 2, the default, agrees to ECN and does not ask for it',
  ),
  clause(
    3168,
    '6.1.1.1',
    'a SYN that gets no answer is repeated without ECN',
    'RFC 3168 6.1.1.1: a SYN that is sent again asks for no ECN, unless tcp_ecn_fallback is off',
  ),
  clause(
    3168,
    '6.1.2',
    'the window falls once a round trip, and the next new data says CWR',
    'RFC 3168 6.1.2, 6.1.3: a mark is echoed until CWR comes, and halves the window once a round trip',
  ),
  clause(
    3168,
    '6.1.3',
    'a mark is echoed until CWR comes',
    'RFC 3168 6.1.2, 6.1.3: a mark is echoed until CWR comes, and halves the window once a round trip',
  ),
  clause(
    3168,
    '6.1.5',
    'pure ACKs and retransmissions are not ECN-capable',
    'RFC 3168 6.1.4, 6.1.5: new data is ECT(0); pure ACKs and retransmissions are not ECN-capable',
  ),
  clauseDeviates(
    3168,
    '6.1.6',
    'a window probe is ECN-capable neither',
    'to Linux data that fits into a small window is new data, ECT(0); a probe without data is not ECN-capable',
  ),
  clause(
    8257,
    '3.2',
    'the receiver acknowledges each change of the mark',
    'RFC 8257 3.2: a delayed ACK leaves with the old state before the ACK that tells the new one',
  ),
  clause(
    8257,
    '3.3',
    'alpha is the smoothed share of marked bytes, Linux: segments',
    'RFC 8257 3.3: alpha, 1 at first, loses a sixteenth in each round trip without marks',
    'RFC 8257 3.4: the window falls by half of alpha, so few marks cost little',
  ),
  clause(8257, '3.5', 'a loss halves the window', 'RFC 8257 3.5: a loss still halves the window'),
  clause(
    9768,
    '3.1',
    'AccECN is agreed on, and the SYNs are fed back',
    'RFC 9768 3.1.1, 3.1.2: 111 asks, the SYN,ACK says how the SYN arrived, the third ACK how the SYN,ACK did',
    'RFC 9768 3.1.4.1: the first repeated SYN still asks, the second does not',
    'RFC 9768 3.1.5: a server whose third SYN,ACK did without AccECN sends nothing ECN-capable, and feeds back all the same',
  ),
  clause(
    9768,
    '3.2.1',
    'the ACE field counts marked segments from 5',
    'RFC 9768 3.2.1: the ACE field counts marked segments from 5, modulo 8, and the sender hears of each',
  ),
  clause(
    9768,
    '3.2.2.4',
    'cleared bits are noticed',
    'RFC 9768 3.2.2.4: a third ACK with 000 means that the path clears the bits: no more ECT, and no belief',
  ),
  clause(
    9768,
    '3.2.2.5.1',
    'a change of the codepoint is acked at once',
    'RFC 9768 3.2.2.5.1: a change of the codepoint is acked at once, and again',
  ),
  clause(
    9768,
    '3.2.3',
    'the option counts bytes in 24 bits',
    'counters of 24 bits go on over their end, in both orders',
    'RFC 9768 3.2.3.2.4: counters that were zeroed on their way are never believed',
    'without loss, the sender learns the number of marked segments and the bytes of every codepoint',
  ),
]
