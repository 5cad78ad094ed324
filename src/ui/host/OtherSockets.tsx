/** Sockets of other kinds than TCP's, and the names that Unix sockets left behind: one menu beside socket(). */
import type { HostView, SocketCall } from '../../trace'
import { menuStyles, Popover } from '../menu'
import { useText } from '../text'
import { act } from './act'
import styles from './host.module.css'

export function OtherSockets({ host, pid }: { readonly host: HostView; readonly pid: number }) {
  const text = useText().host
  const { udp, stream, dgram, pair } = text.socketKinds
  const kinds: readonly (readonly [string, SocketCall])[] = [
    [udp, { call: 'socket', type: 'SOCK_DGRAM' }],
    [stream, { call: 'socket', domain: 'AF_UNIX' }],
    [dgram, { call: 'socket', domain: 'AF_UNIX', type: 'SOCK_DGRAM' }],
    [pair, { call: 'socketpair' }],
    ...[...new Set(host.unixPaths ?? [])].map(
      (path) => [text.socketKinds.unlink(path), { call: 'unlink', path }] as const,
    ),
  ]
  return (
    <Popover kind="menu" name={text.otherSockets} label={text.otherSockets} className={styles.newSocket} button="▾">
      {(close) => (
        <>
          {kinds.map(([words, call]) => (
            <button
              key={words}
              type="button"
              className={menuStyles.item}
              onClick={() => {
                close()
                void act({ kind: 'call', host: host.index, pid, call })
              }}
            >
              {words}
            </button>
          ))}
        </>
      )}
    </Popover>
  )
}
