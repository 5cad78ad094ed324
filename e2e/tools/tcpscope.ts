/** The command line as a person calls it, with what it answered. */
import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

export interface Answer {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs `npm run --silent tcpscope -- ...words`. */
export function tcpscope(...words: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const args = ['run', '--silent', 'tcpscope', '--', ...words]
    execFile('npm', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 30 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ status, stdout, stderr })
    })
  })
}

/** Ids of the built-in scenarios, as the command line lists them. */
export async function scenarioIds(): Promise<string[]> {
  const { status, stdout, stderr } = await tcpscope('scenarios')
  if (status !== 0) throw new Error(`The scenarios could not be listed: ${stderr}`)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(/\s/, 1)[0])
}
