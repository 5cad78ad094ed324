/**
 * The first sentence of an explanation: why this happened, for a reader who knows no TCP yet. Written for the kinds of events
 * where there is a why; the others answer with what they are.
 */
import type { EventOf, EventType, SendPurpose, TcpState } from '../../../trace'
import { TRANSITIONS } from '../../../trace'
import type { PacketFacts, Teller } from '../../../viz'
import { behind, blocked, bytes, capital, DROPS, events, host, LOSSES, owner, packetName } from './events'

type Answers = { readonly [T in EventType]?: (event: EventOf<T>, teller: Teller) => string }

const RESENT_BECAUSE = {
  threeDuplicateAcks: 'Sent again because three duplicate ACKs say that later data arrived and this did not.',
  sack: 'Sent again because selective ACKs report later data and leave a hole here.',
  timeout: 'Sent again because the retransmission timer ran out with no ACK for it.',
  rack: 'Sent again because something sent after it was acknowledged, and this was not.',
  partialAck: 'Sent again because the last ACK stopped right before it: another loss from the same flight.',
} as const

interface Sent {
  readonly packet: PacketFacts
  readonly from: string
  readonly to: string
  readonly event: number
}

const SENT: Readonly<Record<SendPurpose, (sent: Sent, t: Teller) => string>> = {
  syn: () => 'Sent to open a connection: SYN says “let us talk, and my bytes are numbered from here”.',
  synAck: ({ from }) => `Sent because a SYN came in: it acknowledges that one and proposes ${from}’s own first number.`,
  data: ({ packet }) =>
    packet.length === 1
      ? 'Sent because the program wrote this byte, and both windows have room for it.'
      : 'Sent because the program wrote these bytes, and both windows have room for them.',
  ack: ({ packet, to }) => `Sent at once to tell ${to} that everything before \`${packet.ack}\` has arrived.`,
  delayedAck: ({ packet }) =>
    `Sent late on purpose: an ACK for everything before \`${packet.ack}\`, held back in case there was data to carry it.`,
  duplicateAck: ({ packet }) =>
    `Sent because something came out of order: it repeats that \`${packet.ack}\` is the next byte wanted.`,
  windowUpdate: () => 'Sent because the program read from its buffer: there is room again.',
  fin: () => 'Sent because the program is done writing: FIN says “no more bytes from me”.',
  fastRetransmit: ({ event }, t) => RESENT_BECAUSE[t.signal(event) ?? 'threeDuplicateAcks'],
  timeoutRetransmit: ({ packet }) =>
    packet.control === ''
      ? RESENT_BECAUSE.timeout
      : `${packet.control} sent again because no answer came before the timer ran out.`,
  windowProbe: () => 'Sent to ask whether the peer’s window has opened: the news of it may have been lost.',
  keepaliveProbe: () => 'Sent to ask whether the other side still lives: nothing has been heard for a long time.',
  reset: () => 'Sent to say that there is no such connection, or no longer.',
  challengeAck: () => 'Sent to make sure: a segment that could be forged must be confirmed before it may do harm.',
  tailLossProbe: () =>
    'Sent again to provoke an ACK: the last segments of a flight have none behind them to tell of their loss.',
  raw: () => 'Made by hand through a raw socket; no connection sent it.',
}

function whySent(event: EventOf<'tcp/segmentSent'>, t: Teller): string {
  const packet = t.packet(event.packet)
  const sent = { packet, from: host(t, event.host), to: host(t, packet.to), event: event.index }
  return SENT[event.purpose](sent, t)
}

/** What each walked edge means, by its id in the table of transitions. */
const MOVES: Readonly<Record<string, (who: string) => string>> = {
  'CLOSED>LISTEN': (who) => `${who} waits for connections: a program called listen().`,
  'LISTEN>CLOSED': (who) => `${who} takes no more connections: the listening socket was closed.`,
  'CLOSED>SYN-SENT': (who) => `${who} asks for a connection: connect() sent a SYN.`,
  'SYN-SENT>CLOSED': (who) => `${who} gave the connection up before it was answered: the program closed it.`,
  'LISTEN>SYN-RECEIVED': (who) =>
    `${who} was asked for a connection and answered: now it waits for the third segment of the handshake.`,
  'LISTEN>SYN-SENT': (who) => `${who} turned from waiting to asking: data was sent on a listening socket.`,
  'SYN-RECEIVED>LISTEN': (who) => `${who} waits again: the one who had asked sent a reset.`,
  'SYN-SENT>SYN-RECEIVED': (who) => `${who} asked and was asked at the same time: both SYNs crossed on the wire.`,
  'SYN-RECEIVED>ESTABLISHED': (who) =>
    `${who} is connected: its SYN was acknowledged, so both know that both hear each other.`,
  'SYN-SENT>ESTABLISHED': (who) => `${who} is connected: its SYN was acknowledged and the other’s SYN is here.`,
  'SYN-RECEIVED>FIN-WAIT-1': (who) => `${who} hangs up before it ever heard the third segment.`,
  'ESTABLISHED>FIN-WAIT-1': (who) => `${who} hangs up first: its FIN is out and not yet acknowledged.`,
  'ESTABLISHED>CLOSE-WAIT': (who) =>
    `The other side hung up. ${who} may still send, and waits for its own program to close.`,
  'FIN-WAIT-1>FIN-WAIT-2': (who) => `The FIN was heard: ${who} has nothing more to say and waits for the other’s FIN.`,
  'FIN-WAIT-1>CLOSING': (who) =>
    `Both hung up at the same time: the FINs crossed, and ${who} waits for the ACK of its own.`,
  'FIN-WAIT-1>TIME-WAIT': (who) =>
    `One segment brought the ACK of the FIN and the other’s FIN together: ${who} only has to wait now.`,
  'FIN-WAIT-2>TIME-WAIT': (who) => `Both sides are done: ${who} stays a minute longer, in case its last ACK is lost.`,
  'CLOSING>TIME-WAIT': (who) =>
    `The crossed FIN was acknowledged: ${who} stays a minute longer, in case its last ACK is lost.`,
  'CLOSE-WAIT>LAST-ACK': (who) => `${who} hangs up too: its program closed at last.`,
  'LAST-ACK>CLOSED': (who) => `The last ACK is here: ${who} is done and forgets the connection.`,
  'TIME-WAIT>CLOSED': (who) =>
    `2MSL are over: no old segment can be left in the network, so ${who} forgets the connection.`,
  reset: (who) => `${who} was reset: the other side says that there is no such connection.`,
  abort: (who) => `${who} broke the connection off: a reset goes out and everything is forgotten.`,
  'gave-up': (who) => `${who} gave up: nothing was answered for too long.`,
  'FIN-WAIT-2>CLOSED': (who) => `The other’s FIN never came: ${who} stopped waiting after tcp_fin_timeout.`,
  'TIME-WAIT>SYN-RECEIVED': (who) =>
    `A new connection with the same addresses and ports asks to begin, and is clearly newer: ${who} lets it.`,
}

const HELD = {
  nothingToSend: (who: string) => `${who} is silent because its program has given it nothing more to send.`,
  handshake: (who: string) => `${who} may not send data yet: the handshake is not over.`,
  nagle: (who: string) => `${who} holds a small segment back: Nagle’s rule lets only one small one be unacknowledged.`,
  sillyWindow: (who: string) => `${who} waits for a window that is worth a segment instead of sending crumbs.`,
  peerWindow: (who: string) => `${who} has filled the peer’s window: the receiver must read before more may come.`,
  congestionWindow: (who: string) => `${who} has as much in the network as its congestion window allows.`,
  retransmission: (who: string) => `${who} lost something and waits: for an ACK, or for the timer to send it again.`,
  persist: (who: string) => `The peer’s window is zero: ${who} asks from time to time whether it has opened.`,
  finAck: (who: string) => `${who} has said its last word and waits for it to be acknowledged.`,
  peerClose: (who: string) => `${who} is done; the other side is not, and may still send.`,
  timeWait: (who: string) => `${who} keeps the connection’s name reserved until old segments have died out.`,
  closed: (who: string) => `${who} is closed.`,
  cork: (who: string) => `${who} collects small writes: TCP_CORK is set.`,
  pacing: (who: string) => `${who} spreads its segments over time instead of sending a burst.`,
} as const

const FIRED = {
  retransmit: 'No ACK came in time, so what is oldest in flight counts as lost and goes out again.',
  persist: 'The window is still closed as far as anyone knows: time to ask.',
  delayedAck: 'No data came along to carry the ACK, so it goes alone.',
  keepalive: 'Nothing was heard for so long that it is worth asking whether the other side lives.',
  timeWait: 'Twice the longest life of a segment has passed: nothing old can come any more.',
  finWait2: 'The other side never sent its FIN; nobody waits for it any longer.',
  synAck: 'The third segment of the handshake did not come: the SYN,ACK goes out again.',
  tailLoss: 'The end of a flight was not acknowledged: one segment goes out again to provoke an ACK.',
  reorder: 'What was only thought to be out of order has had its time: it counts as lost.',
  pacing: 'The next segment may go now.',
  compressedAck: 'Enough ACKs were put together: one goes out for all of them.',
} as const

export const answers: Answers = {
  'user/acted': (e) => `You did this: ${e.action}.`,
  'host/called': (e, t) =>
    t.byHand(e.index)
      ? `You made the call \`${e.call}\` on ${host(t, e.host)}.`
      : `The program on ${host(t, e.host)} came to the step \`${e.call}\`.`,
  'host/returned': (e, t) =>
    e.value < 0
      ? `\`${e.call}\` on ${host(t, e.host)} failed with ${e.errno}.`
      : `\`${e.call}\` on ${host(t, e.host)} is done and returned ${e.value}.`,
  'host/blocked': (e, t) => `The program on ${host(t, e.host)} sleeps in \`${e.call}\` and waits ${blocked(e.reason)}.`,
  'host/synQueued': (e, t) =>
    `A stranger knocked: ${host(t, e.host)} remembers the half-done handshake in its SYN queue (${e.length} of ${e.limit}).`,
  'host/acceptQueued': (e, t) =>
    `The handshake is over, and the connection waits on ${host(t, e.host)} for a program to accept() it (${e.length} of ${e.limit}).`,
  'host/packetDropped': (e, t) => `${capital(host(t, e.host))} threw it away: ${DROPS[e.reason]}.`,
  'tcp/segmentDropped': (e, t) => `${capital(host(t, e.host))} paid no attention to it: ${DROPS[e.reason]}.`,
  'tcp/stateChanged': (e, t) => {
    const move = MOVES[TRANSITIONS[e.transition]?.id]
    return move === undefined ? `${events['tcp/stateChanged'](e, t)}.` : move(capital(owner(e, t)))
  },
  'tcp/segmentSent': whySent,
  'tcp/segmentArrived': (e, t) =>
    `${capital(packetName(t.packet(e.packet)))} crossed the wire and reached ${host(t, e.host)}.`,
  'tcp/duplicateAckCounted': (e, t) =>
    e.count < 3
      ? `The same ACK again: something after \`${t.sent(e.socket, e.ack)}\` arrived early. ${e.count === 1 ? 'It may only be reordering.' : 'One more and it counts as a loss.'}`
      : `The same ACK for the ${e.count === 3 ? 'third' : 'umpteenth'} time: what begins at \`${t.sent(e.socket, e.ack)}\` is missing.`,
  'tcp/dataHeldOutOfOrder': (e, t) =>
    `It came before its turn: ${host(t, e.host)} keeps it and asks again for the ${bytes(e.gapBytes)} before it.`,
  'tcp/lossDetected': (e, t) => `${capital(host(t, e.host))} decided that \`${t.sent(e.socket, e.seq)}\` is lost.`,
  'tcp/congestionUndone': () => 'What looked like a loss was only late, so the slowing down is taken back.',
  'tcp/ackDelayed': (e) =>
    `The ACK waits up to ${e.delayMillis} ms, in case the program answers and the answer can carry it.`,
  'tcp/timerFired': (e) => FIRED[e.timer],
  'tcp/waiting': (e, t) => HELD[e.reason](capital(owner(e, t))),
  'tcp/gaveUp': (e, t) =>
    `After ${e.count} tries without an answer ${owner(e, t)} gives up; its program will see ${e.errno}.`,
  'link/packetLost': (e) => `${LOSSES[e.reason]}.${e.reason === 'noNeighbour' ? '' : ' Neither host knows of it yet.'}`,
  'host/packetForwarded': (e, t) =>
    `It is for somebody else: ${host(t, e.host)} looked up the way to its address and let it out there, one hop older.`,
  'host/icmpSent': (e, t) => `${capital(host(t, e.host))} tells the sender of a packet what became of it.`,
  'host/icmpLimited': (e) => `Only so many such messages may be sent: \`${e.limit}\`.`,
  'host/neighbourAsked': (e, t) =>
    `${capital(host(t, e.host))} has a packet for ${e.address} and must know who has that address first.`,
  'host/neighbourFailed': (e, t) => `Asked three times, nobody answered: ${host(t, e.host)} gives ${e.address} up.`,
  'link/packetCorrupted': () => 'One bit was flipped on the way. The checksum will tell.',
  'link/packetDuplicated': () => 'The link delivers it twice. TCP must not count it twice.',
  'link/packetQueued': (e) => `The link is busy: it waits ${behind(e.waiting)}.`,
}

/** What it means to be in each state, for a state that is looked at. */
export const states: Readonly<Record<TcpState, string>> = {
  CLOSED: 'No connection at all: where everything begins and ends.',
  LISTEN: 'Waiting for anyone to connect.',
  'SYN-SENT': 'Asked for a connection and waiting for the answer.',
  'SYN-RECEIVED': 'Was asked, answered, and waits for the third segment of the handshake.',
  ESTABLISHED: 'Connected: data flows both ways.',
  'FIN-WAIT-1': 'Hung up first; the FIN is not acknowledged yet.',
  'FIN-WAIT-2': 'Hung up, and was heard; the other side may still be sending.',
  'CLOSE-WAIT':
    'The other side hung up; the own program has not closed yet. Many of these mean a program that forgets to close().',
  CLOSING: 'Both hung up at the same time; waiting for the ACK of the own FIN.',
  'LAST-ACK': 'Hung up second; waiting for the last ACK.',
  'TIME-WAIT': 'Done, but staying for 2MSL: the last ACK may have to be repeated, and old segments must die out.',
}
