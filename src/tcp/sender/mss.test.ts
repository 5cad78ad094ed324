/** How large a segment may be: the peer's MSS, the path, the options and half of the largest window (tcp_sync_mss, tcp_current_mss). */
import { describe, expect, test } from 'vitest'
import { senderBench } from '../../testing/sender-bench'
import { forgetPath, mssToMtu, mtuToMss, refreshPath, syncMss } from './mss'

describe('the path', () => {
  test('leaves what its headers do not take, up to the MSS of the peer, and timestamps take twelve more', () => {
    const { tcb, io } = senderBench({ mss: 1_460 })
    expect(mtuToMss(tcb, 1_500, io)).toBe(1_460)
    expect(mtuToMss(tcb, 1_400, io)).toBe(1_360)
    tcb.mssClamp = 1_000
    expect(mtuToMss(tcb, 1_500, io)).toBe(1_000)
    tcb.negotiated.timestamps = true
    expect(mtuToMss(tcb, 1_500, io)).toBe(988)
    expect(mssToMtu(tcb, 988)).toBe(1_040)
  })

  test('never makes it less than tcp_min_snd_mss', () => {
    const { tcb, io } = senderBench({ mss: 1_460 })
    expect(mtuToMss(tcb, 60, io)).toBe(48)
    expect(mtuToMss(tcb, 88, io)).toBe(48)
    expect(mtuToMss(tcb, 89, io)).toBe(49)
  })
})

describe('half of the largest window that the peer ever offered', () => {
  function mssWith(maxWnd: number, timestamps = false): number {
    const { tcb, io } = senderBench({ mss: 1_460, timestamps })
    tcb.snd.maxWnd = maxWnd
    syncMss(tcb, 1_500, io)
    return tcb.mssNow
  }

  test('bounds it, but a window of 536 or less is taken whole', () => {
    expect(mssWith(10_000)).toBe(1_460)
    expect(mssWith(2_920)).toBe(1_460)
    expect(mssWith(2_919)).toBe(1_459)
    expect(mssWith(1_001)).toBe(500)
    expect(mssWith(537)).toBe(268)
    expect(mssWith(536)).toBe(536)
    expect(mssWith(100)).toBe(100)
  })

  test('makes it no less than the smallest packet of IPv4 has room for, and nothing while none was offered', () => {
    expect(mssWith(20)).toBe(48)
    expect(mssWith(20, true)).toBe(36)
    expect(mssWith(0)).toBe(1_460)
  })
})

describe('what was learnt of the path', () => {
  test('runs out at its time, not before: then the interface counts again', () => {
    const { tcb, io } = senderBench({ mss: 1_460 })
    tcb.path.mtu = 1_200
    tcb.path.locked = true
    tcb.path.expiresAt = io.now + 1
    refreshPath(tcb, io)
    expect(tcb.mssNow).toBe(1_160)
    io.now++
    refreshPath(tcb, io)
    expect(tcb.path).toMatchObject({ mtu: 1_500, locked: false, expiresAt: Number.POSITIVE_INFINITY })
    expect(tcb.mssNow).toBe(1_460)
  })

  test('bounds what probing may hope for', () => {
    const { tcb, io } = senderBench({ mss: 1_460 })
    tcb.path.searchHigh = 1_500
    syncMss(tcb, 1_200, io)
    expect(tcb.path.searchHigh).toBe(1_200)
    syncMss(tcb, 1_400, io)
    expect(tcb.path.searchHigh).toBe(1_200)
  })

  test('is not looked at any more when the connection is closed', () => {
    const { tcb, io } = senderBench({ mss: 1_460 })
    tcb.state = 'CLOSED'
    tcb.path.mtu = 1_200
    refreshPath(tcb, io)
    expect(tcb.mssNow).toBe(1_460)
    forgetPath(tcb)
    expect(tcb.path.mtu).toBe(1_500)
  })

  test('while it is probed, only what is proven is used', () => {
    const { tcb, io } = senderBench({ mss: 1_460 })
    tcb.path.probing = true
    tcb.path.searchLow = 1_064
    syncMss(tcb, 1_500, io)
    expect(tcb.mssNow).toBe(1_024)
  })
})
