/** All plays whose answers are known: what the truth tables, the rules of ports and the list of errors come to. */
import { BIND_ADDRESSES, BIND_GRIDS } from './bind-grid'
import { DATAGRAM_PLAYS } from './datagrams'
import { CONNECTING, ENDING_PLAYS, WAITING } from './errors'
import { DATAGRAMS, DISSOLVED, READINESS, SHARED_FILES } from './more'
import { OPTION_PLAYS } from './options'
import type { Told } from './play'
import { CHOSEN_PORTS, SHARED_PORTS, TIME_WAITS } from './ports'

export const TRUTHS: readonly Told[] = [
  ...BIND_GRIDS,
  ...BIND_ADDRESSES,
  ...CHOSEN_PORTS,
  ...TIME_WAITS,
  ...SHARED_PORTS,
  ...CONNECTING,
  ...ENDING_PLAYS,
  ...WAITING,
  ...OPTION_PLAYS,
  ...DATAGRAM_PLAYS,
  ...SHARED_FILES,
  ...READINESS,
  ...DATAGRAMS,
  ...DISSOLVED,
]
