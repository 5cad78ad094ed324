/** Running other programs from our scripts: with their output shown, or collected. */
import { spawn, spawnSync } from 'node:child_process'

/**
 * Our environment for other programs. vite-node, which runs our scripts, says NODE_ENV=development; a build that inherits that has
 * React's development half in it.
 */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env }
  delete env['NODE_ENV']
  return env
}

/** Runs a command with its output on ours; resolves to its exit code, 127 where it could not be started. */
export function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = plainEnvironment(),
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env })
    child.on('error', () => {
      resolve(127)
    })
    child.on('exit', (code) => {
      resolve(code ?? 1)
    })
  })
}

/** True when the command exists and exits with 0. */
export function succeeds(command: string, args: readonly string[], timeoutMs = 20_000): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: timeoutMs }).status === 0
}

/** Where a program stands on PATH; undefined if it does not. */
export function onPath(name: string): string | undefined {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' })
  const path = found.stdout.trim()
  return found.status === 0 && path !== '' ? path : undefined
}

/** True on a Debian-like machine where we may install packages without asking. */
export function mayInstallPackages(): boolean {
  return process.getuid?.() === 0 && onPath('apt-get') !== undefined
}

/** Installs Debian packages; true when apt-get says they are there. */
export async function installPackages(...packages: readonly string[]): Promise<boolean> {
  const env = { ...plainEnvironment(), DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '-y', '--no-install-recommends', ...packages]
  if ((await run('apt-get', ['-qq', ...install], env)) === 0) return true
  await run('apt-get', ['-qq', 'update'], env)
  return (await run('apt-get', ['-qq', ...install], env)) === 0
}
