/** What holds this host now, in words and with the numbers that decide it. It ends every host panel. */
import type { SocketView, ThreadView } from '../../trace'
import { briefDuration, clockText, grouped } from '../format'
import { useText } from '../text'
import styles from './host.module.css'

interface Props {
  readonly socket: SocketView | undefined
  readonly threads: readonly ThreadView[]
  readonly now: number
}

export function Waiting({ socket, threads, now }: Props) {
  const text = useText().waiting
  const [name, detail] = answer(socket, threads, now, text)
  return (
    <div className={styles.waiting}>
      <h3>{text.title}</h3>
      <p>
        <b>{name}</b>
        <br />
        {detail}
      </p>
    </div>
  )
}

function answer(
  socket: SocketView | undefined,
  threads: readonly ThreadView[],
  now: number,
  text: ReturnType<typeof useText>['waiting'],
): readonly [string, string] {
  const tcb = socket?.tcb ?? null
  const reason = tcb?.waiting.reason
  const idle = reason === undefined || reason === 'nothingToSend' || reason === 'closed'
  const blocked = threads.find((thread) => thread.blockedSince !== null)
  if (idle && blocked !== undefined && blocked.blockedSince !== null) {
    return [text.blocked(blocked.current), text.details.blockedCall(clockText(blocked.blockedSince))]
  }
  const sleeping = threads.find((thread) => thread.sleepingUntil !== null)
  if (idle && sleeping !== undefined && sleeping.sleepingUntil !== null) {
    return [text.sleep, text.details.sleep(sleeping.program, briefDuration(sleeping.sleepingUntil - now))]
  }
  if (socket !== undefined && socket.listener !== null) return [text.listen, text.details.listen()]
  if (tcb === null || reason === undefined) return [text.none, text.details.program()]
  const bytes = grouped(tcb.waiting.bytes)
  if (reason === 'congestionWindow') {
    return [text.names[reason], text.details.congestionWindow(bytes, tcb.congestion.pipe, tcb.congestion.cwnd)]
  }
  return [text.names[reason], text.details[reason](bytes)]
}
