/** Whatever codepoints a wire turns ECT packets into, both ends come to agree on what arrived. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { connected, pass, pattern, read, write } from '../../testing/tcp-pair'
import { CE, ECT0, ECT1 } from '../../wire'

test('without loss, the sender learns the number of marked segments and the bytes of every codepoint', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(ECT0, ECT1, CE), fc.integer({ min: 1, max: 4_000 })), {
        minLength: 1,
        maxLength: 40,
      }),
      (writes) => {
        let codepoint: number = ECT0
        const pair = connected({
          sysctl: { tcp_ecn: 3 },
          mark: (sent) => (sent.from === 'a' && sent.codepoint !== 0 ? codepoint : sent.codepoint),
        })
        const handshake = pair.b.tcb.ecn.receivedCe
        for (const [field, bytes] of writes) {
          codepoint = field
          write(pair, 'a', pattern(0, bytes))
          pass(pair, 1_000_000)
          read(pair, 'b')
        }
        const told = pair.a.tcb.ecn
        const counted = pair.b.tcb.ecn
        expect(told.deliveredBytes).toEqual(counted.receivedBytes)
        expect(told.deliveredCe).toBe(counted.receivedCe - handshake)
      },
    ),
    { numRuns: 60 },
  )
})
