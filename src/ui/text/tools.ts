/** The meanings of the words that the tools of a server print. Apart from the catalogue, because only one panel that is fetched late needs them. */
import { useStore } from '../../store'
import type { Locale } from '../../store'
import { tools } from './en/tools'

const MEANINGS: Readonly<Record<Locale, Readonly<Record<string, string>>>> = { en: tools }

export function useToolsText(): Readonly<Record<string, string>> {
  return MEANINGS[useStore((state) => state.locale)]
}
