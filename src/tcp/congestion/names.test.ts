/** The algorithms by name: what TCP_CONGESTION takes is what the sysctl takes. */
import { expect, test } from 'vitest'
import { sysctlError } from '../../trace'
import { CONGESTION_ALGORITHMS } from '.'

test.each([...CONGESTION_ALGORITHMS])('%s can be set as net.ipv4.tcp_congestion_control', (name) => {
  expect(sysctlError('tcp_congestion_control', name)).toBeUndefined()
})

test('the error names all of them', () => {
  const error = sysctlError('tcp_congestion_control', 'vegas')
  for (const name of CONGESTION_ALGORITHMS) expect(error).toContain(name)
})
