/** `packetdrill`: a line for each script, what a failure shows, JSON for machines, exit codes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tcpscope } from '../tools/tcpscope'

const folder = mkdtempSync(join(tmpdir(), 'tcpscope-packetdrill-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function script(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

mkdirSync(join(folder, 'some', 'deep'), { recursive: true })
const good = script('some/good.pkt', '0 < S 0:0(0) win 1000\n+0 > R. 0:0(0) ack 1\n')
const bad = script('some/deep/bad.pkt', '0 < S 0:0(0) win 1000\n+0 > R. 0:0(0) ack 2\n')
const other = script('some/other.pkt', '0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n')

test('a directory is walked; a failure shows line, expectation, answer and the packets up to there; exit 1', async () => {
  const { status, stdout } = await tcpscope('packetdrill', join(folder, 'some'))
  expect(status).toBe(1)
  const lines = stdout.trimEnd().split('\n')
  expect(lines[0]).toBe(
    `fail  ${bad}  2: expected R. 0:0(0) ack 2 got R. 0:0(0) ack 1 win 0 at 0.000000 s (ack 1, not 2)`,
  )
  expect(stdout).toContain('0.000000  < S 0:0(0) win 1000')
  expect(stdout).toContain(`pass  ${good}`)
  expect(stdout).toMatch(/unsupported {2}\S+other\.pkt {2}1: a socket of SOCK_DGRAM/)
  expect(lines.at(-1)).toBe('1 passed, 1 failed, 1 unsupported')
})

test('with --json one object a script', async () => {
  const { status, stdout } = await tcpscope('packetdrill', '--json', good, other)
  expect(status).toBe(0)
  const objects = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(objects[0]).toEqual({ path: good, result: 'pass', line: 0, message: '' })
  expect(objects[1]).toMatchObject({ path: other, result: 'unsupported', line: 1 })
})

test('without a script, or with one that is not there, one sentence and exit 2', async () => {
  expect(await tcpscope('packetdrill')).toMatchObject({
    status: 2,
    stderr: 'packetdrill needs scripts: files or directories.\n',
  })
  expect((await tcpscope('packetdrill', join(folder, 'none.pkt'))).status).toBe(2)
})
