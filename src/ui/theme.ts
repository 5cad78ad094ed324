/** Which theme is on: the person's choice, or the system's. */
import type { Theme } from '../store'

export function isDark(theme: Theme): boolean {
  return theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
}

/** The other one than is seen now. */
export function nextTheme(theme: Theme): Theme {
  return isDark(theme) ? 'light' : 'dark'
}

/** Puts the theme on the page. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = isDark(theme) ? 'dark' : 'light'
}

export function reducedMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}
