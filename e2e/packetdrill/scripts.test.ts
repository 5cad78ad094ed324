/** Our own packetdrill scripts: each plays on a host of ours to its end. A failure shows the line and the ladder up to it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runScript } from '../../src/packetdrill'

const folder = fileURLToPath(new URL('.', import.meta.url))
const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.pkt'))

test.each(scripts.toSorted())('%s', (name) => {
  const { result, line, message, ladder } = runScript(name, readFileSync(join(folder, name), 'utf8'))
  expect(`${result} ${message}`.trim(), [`${name}:${line}`, ...ladder].join('\n')).toBe('pass')
})
