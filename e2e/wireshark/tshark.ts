/** tshark as our tests use it: with checksums verified, answering with the fields asked for. */
import { spawnSync } from 'node:child_process'
import { describe, test } from 'vitest'
import { findTshark } from '../tools/find-tshark'

/** Reads a capture; one record of the named fields for each packet, several values of one field joined by a comma. */
export type ReadFields = <T extends string>(file: string, fields: readonly T[]) => Readonly<Record<T, string>>[]

/** What Wireshark writes into a checksum's status field. */
export const CHECKSUM_GOOD = '1'

const PREFERENCES = [
  'ip.check_checksum:TRUE',
  'tcp.check_checksum:TRUE',
  'udp.check_checksum:TRUE',
  'tcp.relative_sequence_numbers:FALSE',
  'tcp.desegment_tcp_streams:FALSE',
]

/** Runs the suite with a reader; where there is no tshark, reports it as not run, with the reason in its name. */
export async function describeWithTshark(name: string, suite: (read: ReadFields) => void): Promise<void> {
  const tshark = await findTshark()
  if ('missing' in tshark) {
    console.log(`Not run: ${name}: ${tshark.missing}`)
    test.skip(`${name}: not run: ${tshark.missing}`)
    return
  }
  describe(name, () => {
    suite((file, fields) => readFields(tshark.path, file, fields))
  })
}

function readFields<T extends string>(path: string, file: string, fields: readonly T[]): Record<T, string>[] {
  const preferences = PREFERENCES.flatMap((preference) => ['-o', preference])
  const wanted = fields.flatMap((field) => ['-e', field])
  const args = ['-n', '-r', file, ...preferences, '-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=a', ...wanted]
  const { status, stdout, stderr } = spawnSync(path, args, { encoding: 'utf8', maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`tshark ended with ${status}: ${stderr}`)
  const lines = stdout.split('\n').slice(0, -1)
  return lines.map((line) => {
    const values = line.split('\t')
    return Object.fromEntries(fields.map((field, i) => [field, values[i] ?? ''])) as Record<T, string>
  })
}
