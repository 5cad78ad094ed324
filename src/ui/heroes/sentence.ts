/** Sentences about events: the short one of lists and chains, and the answer that opens an explanation. */
import { readEvent } from '../../trace'
import type { Trace, TraceEvent } from '../../trace'
import type { Teller } from '../../viz'
import type { Catalogue } from '../text'

type Say = (event: TraceEvent, teller: Teller) => string

/** What happened, in few words. */
export function shortSentence(text: Catalogue, event: TraceEvent, teller: Teller): string {
  // The catalogue has for each kind of event a function of that kind; the kinds are told apart at run time only.
  return (text.events[event.type] as Say)(event, teller)
}

/** Why it happened, for a newcomer. */
export function answerSentence(text: Catalogue, event: TraceEvent, teller: Teller): string {
  const answers: Readonly<Partial<Record<string, unknown>>> = text.answers
  const say = answers[event.type] as Say | undefined
  return say === undefined ? `${shortSentence(text, event, teller)}.` : say(event, teller)
}

/** The event of a number, or undefined where the trace does not reach so far. */
export function eventAt(trace: Trace, event: number): TraceEvent | undefined {
  return event >= 0 && event < trace.events.count ? readEvent(trace, event) : undefined
}
