import { expect, test } from 'vitest'
import { LINUX_SYSCTL, linkSettingsError, sysctlError } from '.'

test('every Linux default is in its own range', () => {
  for (const [name, value] of Object.entries(LINUX_SYSCTL)) expect(sysctlError(name, value)).toBeUndefined()
})

test.each([
  ['tcp_sacks', 1, 'There is no sysctl tcp_sacks.'],
  ['constructor', 1, 'There is no sysctl constructor.'],
  ['tcp_sack', 2, 'The sysctl tcp_sack is a whole number from 0 to 1, not 2.'],
  ['tcp_sack', '1', 'The sysctl tcp_sack is a whole number from 0 to 1, not 1.'],
  ['tcp_retries2', 1.5, 'The sysctl tcp_retries2 is a whole number from 0 to 255, not 1.5.'],
  ['somaxconn', Number.NaN, /^The sysctl somaxconn is a whole number from 0/],
  [
    'tcp_congestion_control',
    'vegas',
    'The sysctl tcp_congestion_control is cubic, reno, bbr, dctcp or bbr3, not vegas.',
  ],
  ['ip_local_port_range', [5, 1], /^The sysctl ip_local_port_range is a list of 2 ascending numbers/],
  ['tcp_rmem', [4096, 8192], /^The sysctl tcp_rmem is a list of 3 ascending numbers/],
])('sysctl %s = %j is refused', (name, value, sentence) => {
  expect(sysctlError(name, value)).toMatch(sentence)
})

test('link settings: a part of them, in range', () => {
  expect(linkSettingsError({})).toBeUndefined()
  expect(linkSettingsError({ loss: 1, rateBitsPerSecond: 0.5, delayMicros: 0 })).toBeUndefined()
  expect(linkSettingsError({ delayMicros: 0.5 })).toBe(
    "A link's delayMicros is a whole number from 0 to 3600000000, not 0.5.",
  )
  expect(linkSettingsError({ hop: 1 } as object)).toBe('A link has no setting hop.')
})
