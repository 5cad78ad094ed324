/**
 * Finds Wireshark's tshark. In this order: the variable TSHARK (obeyed or an error), PATH, where Wireshark's installers put it;
 * then, in CI as root on Debian, its package. Elsewhere nothing is installed: the answer says what is missing, and the
 * suite reports itself as not run.
 */
import { existsSync } from 'node:fs'
import { installPackages, mayInstallPackages, onPath, succeeds } from './process'

const PLACES = ['/Applications/Wireshark.app/Contents/MacOS/tshark', String.raw`C:\Program Files\Wireshark\tshark.exe`]

export type Tshark = { readonly path: string } | { readonly missing: string }

/** Path of a tshark that runs, or one sentence for why there is none. Throws when TSHARK names something else. */
export async function findTshark(): Promise<Tshark> {
  const wanted = process.env['TSHARK']
  if (wanted !== undefined && wanted !== '') {
    if (runs(wanted)) return { path: wanted }
    throw new Error(`TSHARK names ${wanted}, which does not run.`)
  }
  const found = installed()
  if (found !== undefined) return { path: found }
  if (process.env['CI'] === 'true' && mayInstallPackages() && (await installPackages('tshark'))) {
    const packaged = installed()
    if (packaged !== undefined) return { path: packaged }
  }
  return { missing: 'tshark is not installed; install Wireshark, or set TSHARK to its path.' }
}

function installed(): string | undefined {
  return [onPath('tshark'), ...PLACES].find((path) => path !== undefined && existsSync(path) && runs(path))
}

function runs(path: string): boolean {
  return succeeds(path, ['--version'])
}
