/** The meanings of tcp_info's fields in the chosen language. Apart from the catalogue, because only one panel that is fetched late needs them. */
import { useStore } from '../../store'
import type { Locale } from '../../store'
import { tcpInfo } from './en/tcp-info'

const MEANINGS: Readonly<Record<Locale, Readonly<Record<string, string>>>> = { en: tcpInfo }

export function useTcpInfoText(): Readonly<Record<string, string>> {
  return MEANINGS[useStore((state) => state.locale)]
}
