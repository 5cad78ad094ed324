/** The main clauses of RFC 2018, 2883, 6675, 6937, 8985 and 9438, and the tests that hold them. */
import { clause, clauseDeviates } from './row'
import type { Requirement } from './requirement'

export const RECOVERY_CLAUSES: readonly Requirement[] = [
  clause(
    2018,
    '2',
    'both SYNs must permit it',
    'RFC 2018 2: without SACK-permitted from both sides there are no blocks',
  ),
  clause(
    2018,
    '3',
    'every ACK reports while something is held',
    'RFC 2018 3: every ACK says what is held, until the gap is filled',
  ),
  clause(
    2018,
    '4',
    'the newest block first, then the latest others',
    'RFC 2018 4: the first block holds the segment that made us speak, then come the latest others, three beside timestamps',
  ),
  clause(
    2018,
    '5',
    'what was SACKed is not sent again',
    'RFC 2018 5: what was SACKed is not sent again while the hole is repaired',
  ),
  clause(
    2018,
    '8',
    'the receiver may renege: a timeout forgets the blocks',
    'RFC 2018 8: after a timeout at a SACKed head the blocks are forgotten: the receiver took them back',
  ),

  clause(
    2883,
    '4',
    'a duplicate is named by the first block',
    'RFC 2883 4: a segment that came before is named by the first block, beside what is held',
    'a segment that comes again is reported by DSACK at once',
  ),
  clause(
    2883,
    '5',
    'a sender learns that it retransmitted in vain',
    'DSACK: every retransmission reported as a duplicate undoes a fast recovery',
  ),

  clause(
    6675,
    '4',
    'a segment is lost when three above it are SACKed',
    'two segments SACKed above a hole are no loss yet, three are',
  ),
  clause(
    6675,
    '5',
    'holes are repaired within a round trip, as the pipe has room',
    'several losses in one window are all repaired within one round trip',
  ),
  clauseDeviates(6675, '5', 'the rescue retransmission', 'Linux has none: tail loss probes do that'),

  clause(
    6937,
    '3',
    'the window comes down in proportion to what is delivered',
    'the window comes down over the round trip, not at once: about one segment out for two delivered',
  ),

  clause(
    8985,
    '6.2',
    'lost is what was sent before something that arrived, after the reordering window',
    'once reordering was seen, a hole gets a quarter of the round trip before it counts as lost',
    'the retransmission names the loss as its cause, and the loss the RACK rule',
  ),
  clause(
    8985,
    '3.3.1',
    'a lost retransmission is noticed',
    'a retransmission that is lost again is noticed and sent again without a timeout',
  ),
  clause(
    8985,
    '7.2',
    'the probe timeout: two round trips, and the delayed ACK of a lone segment',
    'the last segment goes again after two round trips, before the RTO',
    'a lone segment waits for its delayed ACK as well, or for the RTO if that is earlier',
  ),
  clause(
    8985,
    '7.3',
    'the probe makes the peer show the hole',
    'the SACK that the probe brings shows the hole, without a timeout',
  ),
  clause(
    8985,
    '7.4',
    'a loss that the probe repaired is still a loss',
    'a probe that repaired a loss costs a reduction',
    'a probe that was not needed, told by DSACK, costs nothing',
  ),

  clause(
    9438,
    '4.1',
    'a curve that is flat at the last maximum',
    'CUBIC comes back to the old maximum in a concave curve and then leaves it in a convex one',
  ),
  clause(9438, '4.6', 'seven tenths after a loss', 'Reno halves on a loss, CUBIC falls to seven tenths'),
  clause(9438, '4.7', 'fast convergence', 'fast convergence: falling again below the last maximum aims lower'),
  clause(
    9438,
    '4.10',
    'slow start ends before the queue is full (HyStart)',
    'a round trip that grows by more than an eighth ends slow start',
    'a train of ACKs that lasts half of the shortest round trip ends it',
  ),
  clause(
    9438,
    '5',
    'the sawtooth of a Linux kernel on the same link',
    'CUBIC: HyStart spares the queue, then the range, mean and period of a Linux curve',
  ),
]
