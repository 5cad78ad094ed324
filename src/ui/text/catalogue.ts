/**
 * How the page's words are kept: one nested record of strings and of functions that make strings, keyed by panel. English is
 * the source; another language is the same shape by type, so that a missing key does not compile.
 */
export type Phrase = string | ((...parameters: never[]) => string)

export interface Phrases {
  readonly [key: string]: Phrase | Phrases
}

/** The shape of a catalogue with its literal strings widened: what a translation must fill. */
export type Translated<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...parameters: infer P) => string
      ? (...parameters: P) => string
      : Translated<T[K]>
}
