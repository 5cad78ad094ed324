/** Which connection a graph shows, and the words by which a person chooses another. All graphs show the same one. */
import { useStore } from '../../store'
import type { HostView, Snapshot, SocketView } from '../../trace'
import type { SeriesFold } from '../../viz'
import { shownRow, socketRows } from '../host'
import { useText } from '../text'
import type { Catalogue } from '../text'

/** Connections in the list; a run may have thousands. */
const MOST_LISTED = 60

export interface Owner {
  readonly host: HostView
  readonly socket: SocketView
}

/** The chosen connection, else the one a panel shows, else the one with most to show; -1 where nothing was sent. */
export function useConnection(series: SeriesFold): number {
  const snapshot = useStore((state) => state.snapshot)
  const shownSockets = useStore((state) => state.shownSockets)
  const chosen = useStore((state) => state.graphSocket)
  if (chosen !== null && series.samples.has(chosen)) return chosen
  let best = -1
  let most = 0
  for (const host of snapshot?.hosts ?? []) {
    const shown = shownRow(socketRows(host), shownSockets[host.index])?.socket.id
    const count = shown === undefined ? 0 : (series.samples.get(shown)?.count ?? 0)
    if (shown !== undefined && count > most) [best, most] = [shown, count]
  }
  if (best >= 0) return best
  for (const [socket, { count }] of series.samples) if (count > most) [best, most] = [socket, count]
  return best
}

/** The host and the socket, while there is one by that number. */
export function ownerOf(snapshot: Snapshot | null, id: number): Owner | undefined {
  for (const host of snapshot?.hosts ?? []) {
    const socket = host.sockets.find((candidate) => candidate.id === id)
    if (socket !== undefined) return { host, socket }
  }
  return undefined
}

function nameOf(host: HostView, id: number, text: Catalogue): string {
  const fd = host.sockets.find((socket) => socket.id === id)?.descriptors.at(0)?.fd
  return text.congestion.who(host.name, fd === undefined ? `#${id}` : text.host.descriptor(fd))
}

/** The connection's name; a list where there are several. */
export function ConnectionChoice({ series, socket }: { readonly series: SeriesFold; readonly socket: number }) {
  const text = useText()
  const snapshot = useStore((state) => state.snapshot)
  const choose = useStore((state) => state.chooseGraphSocket)
  const known = (snapshot?.hosts ?? [])
    .flatMap((host) => host.sockets.map(({ id }) => ({ host, id })))
    .filter(({ id }) => series.samples.has(id))
    .slice(0, MOST_LISTED)
  const owner = ownerOf(snapshot, socket)
  if (known.length < 2) return owner === undefined ? null : ` · ${nameOf(owner.host, socket, text)}`
  return (
    <select
      aria-label={text.congestion.connection}
      value={socket}
      onChange={(event) => choose(Number(event.target.value))}
    >
      {known.map(({ host, id }) => (
        <option key={id} value={id}>
          {nameOf(host, id, text)}
        </option>
      ))}
    </select>
  )
}
