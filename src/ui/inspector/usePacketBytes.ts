/** The bytes of one packet, fetched from the worker when it is looked at; the last few are kept. */
import { useEffect, useState } from 'react'
import { useClient, useStore } from '../../store'

export type Fetched =
  | { readonly state: 'loading' }
  | { readonly state: 'gone' }
  | { readonly state: 'here'; readonly bytes: Uint8Array; readonly headerLength: number }

const LOADING: Fetched = { state: 'loading' }

export function usePacketBytes(packet: number): Fetched {
  const client = useClient()
  // Another branch has other packets under the same numbers.
  const trace = useStore((state) => state.trace)
  const [fetched, setFetched] = useState<{ readonly packet: number; readonly value: Fetched }>({
    packet: -1,
    value: LOADING,
  })
  useEffect(() => {
    if (packet < 0) return undefined
    let wanted = true
    void client.packetBytes(packet).then((answer) => {
      if (!wanted) return
      setFetched({ packet, value: answer === undefined ? { state: 'gone' } : { state: 'here', ...answer } })
    })
    return () => {
      wanted = false
    }
  }, [client, packet, trace])
  return fetched.packet === packet ? fetched.value : LOADING
}
