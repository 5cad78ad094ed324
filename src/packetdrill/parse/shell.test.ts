/** The shell commands of scripts, as what they ask of a host. */
import { expect, test } from 'vitest'
import { parseShell } from './shell'

test('sysctl, set_sysctls.py and echo into /proc/sys set the same things', () => {
  for (const command of [
    'sysctl -q net.ipv4.tcp_sack=0',
    './set_sysctls.py /proc/sys/net/ipv4/tcp_sack=0',
    '../common/set_sysctls.py /proc/sys/net/ipv4/tcp_sack=0',
    'echo 0 > /proc/sys/net/ipv4/tcp_sack',
    'sysctl -q -w net.ipv4.tcp_sack="0" > /dev/null 2>&1',
  ]) {
    expect(parseShell(command)).toEqual([{ kind: 'sysctl', name: 'tcp_sack', value: '0' }])
  }
})

test('sizes may be sums and products', () => {
  expect(parseShell('sysctl -q net.ipv4.tcp_rmem="4096 131072 $((32*1024*1024))"')).toEqual([
    { kind: 'sysctl', name: 'tcp_rmem', value: '4096 131072 33554432' },
  ])
})

test('defaults.sh stands for its settings', () => {
  const actions = parseShell('../common/defaults.sh\n')
  expect(actions).toContainEqual({ kind: 'sysctl', name: 'tcp_rmem', value: '4096 540000 15728640' })
  expect(actions).toContainEqual({ kind: 'sysctl', name: 'tcp_slow_start_after_idle', value: '0' })
})

test('a look at counters names all that its line must have', () => {
  expect(parseShell('nstat | grep TcpExtBeyondWindow | grep -q " 3 "')).toEqual([
    { kind: 'counterIs', patterns: ['TcpExtBeyondWindow', ' 3 '], sinceReset: true },
    { kind: 'countersRead' },
  ])
  expect(parseShell('nstat -n')).toEqual([{ kind: 'countersRead' }])
  expect(parseShell('nstat -s | grep TcpExtTCPRcvQDrop| grep -q " 1 "')).toEqual([
    { kind: 'counterIs', patterns: ['TcpExtTCPRcvQDrop', ' 1 '], sinceReset: true },
  ])
})

test('interfaces have an MTU', () => {
  expect(parseShell('ip link set dev tun0 mtu 1400; ifconfig tun0 mtu 1300')).toEqual([
    { kind: 'mtu', value: '1400' },
    { kind: 'mtu', value: '1300' },
  ])
})

test('a route gives an initial window; devices and files are passed over', () => {
  expect(parseShell('ip route change default dev tun0 initcwnd 20')).toEqual([
    { kind: 'route', attribute: 'initcwnd', value: '20' },
  ])
  expect(parseShell('tc qdisc add dev tun0 ingress; rm -f x')).toEqual([
    { kind: 'ignored', command: 'tc qdisc add dev tun0 ingress' },
    { kind: 'ignored', command: 'rm -f x' },
  ])
})

test.each([
  'sudo sysctl -q net.ipv4.tcp_sack=0',
  '(sysctl -q net.ipv4.tcp_sack=0)',
  'sysctl -q net.ipv4.tcp_sack=0 || true',
  'python3 ../common/set_sysctls.py /proc/sys/net/ipv4/tcp_sack=0',
])('who runs a command does not matter: %s', (command) => {
  expect(parseShell(command)).toEqual([{ kind: 'sysctl', name: 'tcp_sack', value: '0' }])
})

test('defaults.sh may be sourced', () => {
  expect(parseShell('. ./defaults.sh').length).toBeGreaterThan(10)
  expect(parseShell('source ../common/defaults.sh')).toEqual(parseShell('./defaults.sh'))
})

test('a queueing discipline is a setting, because fq paces, and so is its room, because one without drops', () => {
  expect(parseShell('tc qdisc replace dev tun0 root fq')).toEqual([
    { kind: 'sysctl', name: 'default_qdisc', value: 'fq' },
    { kind: 'sysctl', name: 'txqueuelen', value: '1000' },
  ])
  expect(parseShell('tc qdisc add dev tun0 root pfifo limit 0')).toEqual([
    { kind: 'sysctl', name: 'default_qdisc', value: 'pfifo' },
    { kind: 'sysctl', name: 'txqueuelen', value: '0' },
  ])
})
