/** `packetdrill`: plays packetdrill scripts on a host of ours, and says which hold. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runScript } from '../packetdrill'
import type { Played } from '../packetdrill'
import { CommandError, orCommandError } from './command-error'

/** Prints a line for each script; exit status 1 when any fails. */
export function packetdrillCommand(words: readonly string[]): number {
  const { values, positionals } = orCommandError(() =>
    parseArgs({ args: [...words], options: { json: { type: 'boolean' } }, allowPositionals: true, strict: true }),
  )
  if (positionals.length === 0) throw new CommandError('packetdrill needs scripts: files or directories.')
  const json = values.json === true
  const counts = { pass: 0, fail: 0, unsupported: 0 }
  for (const path of positionals.flatMap(scriptsIn)) {
    const played = runScript(path, readText(path))
    counts[played.result]++
    process.stdout.write(json ? jsonLine(path, played) : textLines(path, played))
  }
  if (!json) {
    process.stdout.write(`${counts.pass} passed, ${counts.fail} failed, ${counts.unsupported} unsupported\n`)
  }
  return counts.fail > 0 ? 1 : 0
}

/** A file as it is; of a directory all scripts in it, in order of their names. */
function scriptsIn(path: string): string[] {
  const stats = orCommandError(() => statSync(path))
  if (!stats.isDirectory()) return [path]
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.pkt'))
    .toSorted()
    .map((name) => join(path, name))
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

function jsonLine(path: string, { result, line, message }: Played): string {
  return `${JSON.stringify({ path, result, line, message })}\n`
}

function textLines(path: string, { result, line, message, event, ladder, notes }: Played): string {
  if (result === 'pass') return `pass  ${path}\n`
  const head = `${result}  ${path}  ${line}: ${message}\n`
  if (result === 'unsupported') return head
  const shown = [...(event === '' ? [] : [`script: ${event}`]), ...ladder, ...notes.map((text) => `note: ${text}`)]
  return head + shown.map((text) => `    ${text}\n`).join('')
}
