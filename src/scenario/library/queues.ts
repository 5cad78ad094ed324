/** Scenarios about a listener's two queues. */
import type { ProgramDocument, ScenarioDocument, StepDocument } from '../document'
import { acceptOne, client, closeConn, listenOn80, program, readToEnd, server, V1 } from './parts'

/** One visitor that connects at its time, says who it is and waits to be answered. */
function visitor(number: number, start: string): ProgramDocument {
  return {
    name: `visitor ${number}`,
    start,
    steps: [
      { call: 'socket', as: 'conn' },
      { call: 'connect', fd: 'conn', address: 'server', port: 80 },
      { call: 'send', fd: 'conn', text: `visitor ${number}` },
      readToEnd(4_096),
      closeConn,
    ],
  }
}

/** SYNs from addresses that nobody has, so that no one will ever answer the SYN-ACKs. */
function spoofedSyns(count: number, gap: string): StepDocument[] {
  return Array.from({ length: count }, (_, i): StepDocument[] => [
    {
      call: 'rawSend',
      src: `198.51.100.${1 + (i % 250)}`,
      srcPort: 1_024 + i * 7,
      dst: 'server',
      dstPort: 80,
      flags: 'S',
      seq: 1_000_000 + i * 1_000_003,
      window: 65_535,
    },
    { sleep: gap },
  ]).flat()
}

export const queues: readonly ScenarioDocument[] = [
  {
    ...V1,
    id: 'accept-queue-full',
    title: 'Accept queue full',
    summary:
      'The server is too busy to call accept(): finished connections queue up, and past the backlog newcomers are ignored.',
    hint: 'Try: set tcp_abort_on_overflow to 1 on the server, or call accept by hand to free a slot.',
    watch: [
      'backlog 2 holds three connections: Linux compares with "more than"',
      'The fourth client believes it is connected; the server still has it in SYN-RECEIVED and asks again',
      'Later SYNs are dropped without a word: ListenOverflows counts them',
      'When accept() comes at last, everyone gets in, late',
    ],
    focus: 'queues',
    until: '12s',
    hosts: [
      client(
        visitor(1, '10ms'),
        visitor(2, '12ms'),
        visitor(3, '14ms'),
        visitor(4, '52ms'),
        visitor(5, '200ms'),
        visitor(6, '250ms'),
      ),
      server(
        program(
          'busy',
          ...listenOn80(2),
          { sleep: '4s' },
          {
            repeat: 'forever',
            steps: [
              acceptOne,
              { call: 'recv', fd: 'conn', bytes: 4_096 },
              { call: 'send', fd: 'conn', text: 'sorry for the wait' },
              closeConn,
            ],
          },
        ),
      ),
    ],
  },
  {
    ...V1,
    id: 'syn-flood',
    title: 'SYN flood',
    summary:
      'An attacker sends SYNs from addresses that do not exist; the SYN queue fills with strangers and a real client is turned away.',
    hint: 'Try: set tcp_syncookies to 1 on the server and see the client come through.',
    watch: [
      'Each false SYN takes a slot of the SYN queue and keeps it for a minute of retransmissions',
      "The client's own SYN is dropped: its connect() waits and tries again",
      'The accept queue stays empty: nobody finishes the handshake',
    ],
    focus: 'queues',
    until: '5s',
    hosts: [
      client(
        program(
          'customer',
          { sleep: '500ms' },
          ...([
            { call: 'socket', as: 'conn' },
            { call: 'connect', fd: 'conn', address: 'server', port: 80 },
            { call: 'send', fd: 'conn', text: 'I only want to buy something' },
            closeConn,
          ] satisfies StepDocument[]),
        ),
      ),
      {
        ...server(
          program('shop', ...listenOn80(8), { repeat: 'forever', steps: [acceptOne, readToEnd(4_096), closeConn] }),
        ),
        sysctl: { tcp_syncookies: 0, tcp_max_syn_backlog: 8 },
      },
      {
        name: 'attacker',
        address: '10.0.0.66',
        role: 'other',
        programs: [program('flooder', { sleep: '50ms' }, ...spoofedSyns(24, '15ms'))],
      },
    ],
    links: [
      { a: 'attacker', b: 'server', both: { delay: '5ms' } },
      { a: 'client', b: 'server' },
    ],
  },
]
