/** What CI installs is what the suites outside look for. */
import { expect, test } from 'vitest'
import { missingPackages } from './install-missing'

test('nothing is missing where every program is found', () => {
  expect(missingPackages(() => '/usr/bin/it')).toEqual([])
})

test('a machine with nothing gets the packages that the Wireshark and kernel suites need', () => {
  expect(missingPackages(() => undefined)).toEqual([
    'tshark',
    'python3',
    'iproute2',
    'util-linux',
    'iptables',
    'conntrack',
  ])
})

test('the package is named, not the program', () => {
  expect(missingPackages((program) => (program === 'ip' ? undefined : `/usr/bin/${program}`))).toEqual(['iproute2'])
})
