/** A sentence of the catalogue, with what stands between back quotes in the typewriter face. */
export function Rich({ text }: { readonly text: string }) {
  return text.split('`').map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))
}

/** The same for places that take only text. */
export function plain(text: string): string {
  return text.replaceAll('`', '')
}
