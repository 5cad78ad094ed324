/** All words that people read on the page. `useText()` gives the catalogue of the language that was chosen. */
import { useStore } from '../../store'
import type { Locale } from '../../store'
import type { Translated } from './catalogue'
import { en } from './en'

export type { Phrases, Translated } from './catalogue'

export type Catalogue = Translated<typeof en>

const CATALOGUES: Readonly<Record<Locale, Catalogue>> = { en }

export function textOf(locale: Locale): Catalogue {
  return CATALOGUES[locale]
}

export function useText(): Catalogue {
  return textOf(useStore((state) => state.locale))
}
