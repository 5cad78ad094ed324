/**
 * Once before the suites that need programs of others: in CI, as root on Debian, installs those that are missing, so that no suite is skipped
 * there. Elsewhere nothing is installed, and a suite that cannot run says why. One place and one time, because apt-get
 * does not run twice at once.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { installPackages, mayInstallPackages, onPath, succeeds } from './process'

/** Program to look for, and Debian's package of it. */
const PROGRAMS: Readonly<Record<string, string>> = {
  tshark: 'tshark',
  python3: 'python3',
  ip: 'iproute2',
  unshare: 'util-linux',
  iptables: 'iptables',
  conntrack: 'conntrack',
}

const TUN_DEVICE = '/dev/net/tun'

/** Packages behind the programs that `find` does not find. */
export function missingPackages(find: (program: string) => string | undefined = onPath): string[] {
  return Object.entries(PROGRAMS).flatMap(([program, name]) => (find(program) === undefined ? [name] : []))
}

/** vitest's globalSetup. */
export default async function installMissing(): Promise<void> {
  if (process.env['CI'] !== 'true' || !mayInstallPackages()) return
  const packages = missingPackages()
  if (packages.length > 0 && !(await installPackages(...packages))) {
    console.log(`Could not install ${packages.join(', ')}.`)
  }
  // A bare container has no node for the device, though its kernel may have the driver.
  if (existsSync(TUN_DEVICE)) return
  mkdirSync('/dev/net', { recursive: true })
  succeeds('mknod', [TUN_DEVICE, 'c', '10', '200'])
}
