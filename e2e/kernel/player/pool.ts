/**
 * Several scripts at a time, each worker a process of its own, because a worker stands still while its script waits. The program is started
 * again with `--worker` for each.
 */
import { fork, spawnSync } from 'node:child_process'
import type { Played } from '../../../src/packetdrill'
import { playOnKernel } from './play'

export interface Job {
  readonly path: string
  readonly text: string
  readonly helper: string
  readonly maxSeconds: number
  readonly tries: number
}

/** What a worker does: plays each job that it is sent. */
export function serveJobs(): void {
  process.on('message', (message) => {
    const { path, text, helper, maxSeconds, tries } = message as Job
    process.send?.(playOnKernel(path, text, helper, maxSeconds, tries))
  })
}

/** Plays all jobs, `workers` at a time, and hands out each result as it comes, in the order of the jobs. */
export async function playAll(
  jobs: readonly Job[],
  workers: number,
  report: (job: Job, played: Played) => void,
): Promise<void> {
  const played = new Map<number, Played>()
  let next = 0
  let reported = 0
  const store = (index: number, result: Played): void => {
    played.set(index, result)
    for (let ready = played.get(reported); ready !== undefined; ready = played.get(reported)) {
      report(jobs[reported], ready)
      reported++
    }
  }
  const work = async (): Promise<void> => {
    while (next < jobs.length) await inProcess(jobs, () => (next < jobs.length ? next++ : -1), store)
  }
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, work))
}

/** One worker until it ends; a worker that dies fails its job. */
function inProcess(
  jobs: readonly Job[],
  take: () => number,
  store: (index: number, played: Played) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const child = fork(process.argv[1], ['--worker'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    if (child.pid !== undefined) beQuick(child.pid)
    let current = -1
    const give = (): void => {
      current = take()
      if (current === -1) child.disconnect()
      else child.send(jobs[current])
    }
    child.on('message', (result) => {
      store(current, result as Played)
      give()
    })
    child.on('exit', () => {
      if (current !== -1) store(current, failed('the worker has ended'))
      resolve()
    })
    give()
  })
}

function failed(message: string): Played {
  return { result: 'fail', line: 0, message, event: '', ladder: [], notes: [], untimely: [] }
}

/** Others that keep the machine busy must not make packets late, so the worker and its helper go first. Only root may. */
function beQuick(pid: number): void {
  spawnSync('chrt', ['-r', '-a', '-p', '5', String(pid)], { stdio: 'ignore' })
}
