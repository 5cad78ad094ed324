/**
 * `npm run --silent kernel:packetdrill -- [--compare] [--note] [--jobs 8] [--limit 100] [--tries 3] <files or directories>`: plays packetdrill scripts on the real
 * kernel, each in a namespace of its own. `--compare` plays them on a host of ours too and tells the differences; `--note` writes the outcome into the
 * script's header.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runScript } from '../../../src/packetdrill'
import type { Played } from '../../../src/packetdrill'
import { kernelUnavailable } from '../wire'
import { firstDifference } from './compare'
import { withNote } from './note'
import { playAll, serveJobs } from './pool'
import type { Job } from './pool'

const root = process.env['TCPSCOPE_ROOT'] ?? process.cwd()

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      compare: { type: 'boolean' },
      note: { type: 'boolean' },
      jobs: { type: 'string', default: '8' },
      limit: { type: 'string', default: '100' },
      tries: { type: 'string', default: '3' },
    },
    allowPositionals: true,
  })
  const missing = kernelUnavailable()
  if (missing !== undefined) {
    process.stdout.write(`unsupported: ${missing}\n`)
    return
  }
  const jobs = positionals
    .map((path) => resolve(process.env['INIT_CWD'] ?? '.', path))
    .flatMap(scriptsIn)
    .map((path): Job => {
      const helper = join(root, 'e2e/kernel/player/helper.py')
      return {
        path,
        text: readFileSync(path, 'utf8'),
        helper,
        maxSeconds: Number(values.limit),
        tries: Number(values.tries),
      }
    })
  const counts = { pass: 0, fail: 0, unsupported: 0 }
  let differing = 0
  await playAll(jobs, Number(values.jobs), ({ path, text }, played) => {
    counts[played.result]++
    process.stdout.write(lines(path, played))
    if (values.compare === true) {
      const difference = firstDifference(played, runScript(path, text))
      if (difference !== undefined) differing++
      process.stdout.write(difference === undefined ? '' : `    differs: ${difference}\n`)
    }
    if (values.note === true) writeFileSync(path, withNote(text, played, release()))
  })
  const told = values.compare === true ? `, ${differing} differ from ours` : ''
  process.stdout.write(`${counts.pass} passed, ${counts.fail} failed, ${counts.unsupported} unsupported${told}\n`)
  process.exitCode = counts.fail + differing > 0 ? 1 : 0
}

function scriptsIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.pkt'))
    .toSorted()
    .map((name) => join(path, name))
}

function lines(path: string, { result, line, message, event, ladder, notes, untimely }: Played): string {
  const late = untimely.map((text) => `    timing: ${text}\n`).join('')
  if (result === 'pass') return `pass  ${path}\n${late}`
  const head = `${result}  ${path}  ${line}: ${message}\n${late}`
  if (result === 'unsupported') return head
  return (
    head + [`script: ${event}`, ...ladder, ...notes.map((text) => `note: ${text}`)].map((it) => `    ${it}\n`).join('')
  )
}

if (process.argv[2] === '--worker') serveJobs()
else await main()
