/**
 * Lets a token follow its edge when a state change has just happened: 420 ms along the drawn path, then it rests in its node. Only a
 * step onward moves; going back, jumping far and reduced motion put the token where it belongs at once.
 */
import { useEffect, useRef, useState } from 'react'
import type { EventOf } from '../../trace'
import { TRANSITIONS } from '../../trace'
import { ROUTES } from '../../viz'

const FLIGHT_MS = 420
/** A jump over more events than this is not a step that a person follows. */
const FAR = 400

export interface TokenFlight {
  readonly socket: number
  readonly at: { readonly x: number; readonly y: number }
}

/** Where the token of the last change is, while it moves; `event` is how many events have happened. */
export function useTokenFlight(last: EventOf<'tcp/stateChanged'> | undefined, event: number): TokenFlight | null {
  const [flight, setFlight] = useState<TokenFlight | null>(null)
  const before = useRef({ event, change: last?.index ?? -1 })
  const now = useRef(event)
  useEffect(() => {
    now.current = event
  })
  const change = last?.index ?? -1
  const socket = last?.socket ?? -1
  const path = last === undefined ? undefined : ROUTES[TRANSITIONS[last.transition]?.id]?.path

  useEffect(() => {
    const from = before.current
    before.current = { event: now.current, change }
    const onward = change > from.change && change >= from.event && change - from.event < FAR
    if (!onward || path === undefined || matchMedia('(prefers-reduced-motion: reduce)').matches) return undefined
    const edge = document.createElementNS('http://www.w3.org/2000/svg', 'path')
    edge.setAttribute('d', path)
    const length = edge.getTotalLength()
    const start = performance.now()
    let frame = requestAnimationFrame(function step(time: number): void {
      const t = Math.max(0, (time - start) / FLIGHT_MS)
      if (t >= 1) {
        setFlight(null)
        return
      }
      // Slow at both ends: it leaves one state and comes to rest in the other.
      const eased = t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) * (1 - t)
      const { x, y } = edge.getPointAtLength(length * eased)
      setFlight({ socket, at: { x, y } })
      frame = requestAnimationFrame(step)
    })
    return () => {
      cancelAnimationFrame(frame)
      setFlight(null)
    }
  }, [change, socket, path])

  useEffect(() => {
    before.current = { ...before.current, event }
  }, [event])
  return flight
}
