/** What makes a group of an SVG a button: role, name, focus, and the two keys. */
import type { KeyboardEvent } from 'react'

export function pressable(label: string, pressed: boolean, onPress: () => void) {
  return {
    role: 'button',
    tabIndex: 0,
    'aria-label': label,
    'aria-pressed': pressed,
    onClick: onPress,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      event.stopPropagation()
      onPress()
    },
  }
}
