/** tcp_info of some sockets, asked of the worker as the clock moves: one question at a time, and the newest when the last is answered. */
import { useEffect, useRef, useState } from 'react'
import { useClient, useStore } from '../../store'
import type { TcpInfo } from '../../trace'

type Infos = readonly (TcpInfo | null)[]

/** One for each of `sockets`, null where there is no connection; null before the first answer. */
export function useTcpInfo(sockets: readonly number[]): Infos | null {
  const client = useClient()
  const position = useStore((state) => state.snapshot?.position)
  const key = sockets.join(' ')
  const wanted = useRef({ key, position })
  const asking = useRef(false)
  const [answer, setAnswer] = useState<{ readonly key: string; readonly infos: Infos } | null>(null)
  useEffect(() => {
    wanted.current = { key, position }
    if (asking.current || key === '') return
    asking.current = true
    const ask = async (): Promise<void> => {
      const question = wanted.current
      const infos = await client.tcpInfo(question.key.split(' ').map(Number))
      if (infos !== undefined) setAnswer({ key: question.key, infos })
      if (infos !== undefined && question !== wanted.current) return ask()
      asking.current = false
      return undefined
    }
    void ask()
  }, [client, key, position])
  return answer?.key === key ? answer.infos : null
}
