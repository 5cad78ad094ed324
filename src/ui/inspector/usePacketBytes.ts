/** The bytes of one packet, fetched from the worker when it is looked at. */
import { useEffect, useState } from 'react'
import { useClient, useStore } from '../../store'
import type { Trace } from '../../trace'

export type Fetched =
  | { readonly state: 'loading' }
  | { readonly state: 'gone' }
  | { readonly state: 'here'; readonly bytes: Uint8Array; readonly headerLength: number }

interface Answer {
  readonly packet: number
  readonly trace: Trace
  readonly value: Fetched
}

const LOADING: Fetched = { state: 'loading' }

export function usePacketBytes(packet: number): Fetched {
  const client = useClient()
  // Another branch has other packets under the same numbers.
  const trace = useStore((state) => state.trace)
  const [fetched, setFetched] = useState<Answer | null>(null)
  useEffect(() => {
    if (packet < 0) return undefined
    let wanted = true
    void client.packetBytes(packet).then((answer) => {
      if (!wanted) return
      setFetched({ packet, trace, value: answer === undefined ? { state: 'gone' } : { state: 'here', ...answer } })
    })
    return () => {
      wanted = false
    }
  }, [client, packet, trace])
  return fetched?.packet === packet && fetched.trace === trace ? fetched.value : LOADING
}
