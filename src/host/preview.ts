/** Contents as they are shown in a call's answer. */

/** Characters at most. */
const SHOWN = 48

/** The beginning of some contents as text; what does not print is a dot. */
export function preview(payload: Uint8Array, length: number): string {
  const shown = payload.subarray(0, Math.min(length, SHOWN))
  return Array.from(shown, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
}
