/** Commands that a page offers; apart from what they do, so that the page need not fetch that. */

/** What most people look for first. Any other options of ss work too. */
export const COMMANDS: readonly string[] = [
  'ss -tan',
  'ss -ltn',
  'ss -tanp',
  'ss -tano',
  'ss -tmi',
  'ss -uanp',
  'ss -xanp',
  'ss -s',
  'netstat -s',
  'nstat -a',
  'nstat -az',
  'ip route',
  'ip neigh',
  'ip -br addr',
  'cat /proc/net/tcp',
  'cat /proc/net/udp',
  'cat /proc/net/snmp',
  'cat /proc/net/netstat',
  'cat /proc/net/sockstat',
  'iptables -L -v -n --line-numbers',
  'iptables -t nat -L -v -n',
  'iptables-save -c',
  'conntrack -L',
  'dmesg',
]
