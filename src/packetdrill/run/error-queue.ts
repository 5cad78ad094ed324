/**
 * What a script expects of the error queue: `msg_control=[{cmsg_level=..., cmsg_type=SCM_TIMESTAMPING, cmsg_data={scm_sec=0, scm_nsec=...}},
 * {cmsg_level=..., cmsg_type=IP_RECVERR, cmsg_data={ee_errno=..., ee_origin=..., ...}}]`. Moments count from the script's beginning and have its tolerance.
 */
import type { CallOutput } from '../../trace'
import { ERRNO } from '../../trace'
import type { Value } from '../syntax'
import { failAt, unsupportedAt } from './failure'
import type { HostRun as Run } from './run'
import { field, optionalNumber, showValue, valueNames } from './values'

type Report = CallOutput & { readonly kind: 'report' }

export function verifyReport(run: Run, line: number, message: Value | undefined, output: CallOutput | undefined): void {
  if (output?.kind !== 'report') return
  const wanted = valueNames(field(message, 'msg_flags'))
  if (wanted.includes('MSG_ERRQUEUE') && wanted.includes('MSG_TRUNC') !== output.truncated) {
    failAt(line, `msg_flags ${wanted.join('|')}`, output.truncated ? 'MSG_ERRQUEUE|MSG_TRUNC' : 'MSG_ERRQUEUE')
  }
  const control = field(message, 'msg_control')
  for (const item of control?.kind === 'list' ? control.items : []) {
    const type = valueNames(field(item, 'cmsg_type'))[0] ?? ''
    const data = field(item, 'cmsg_data')
    if (type === 'SCM_TIMESTAMPING') verifyMoment(run, line, data, output)
    else if (type.endsWith('RECVERR')) verifyFields(line, data, output)
    else unsupportedAt(line, `the control message ${type}`)
  }
}

function verifyMoment(run: Run, line: number, data: Value | undefined, { at, stamped }: Report): void {
  const seconds = optionalNumber(field(data, 'scm_sec')) ?? 0
  const wanted = seconds * 1_000_000 + (optionalNumber(field(data, 'scm_nsec')) ?? 0) / 1_000
  if (!stamped) failAt(line, `a stamp of ${wanted} µs`, 'none: SOF_TIMESTAMPING_SOFTWARE is not set')
  if (Math.abs(at - wanted) > run.script.options.toleranceMicros) failAt(line, `a stamp of ${wanted} µs`, `${at} µs`)
}

function verifyFields(line: number, data: Value | undefined, report: Report): void {
  const got: Readonly<Record<string, number>> = {
    ee_errno: report.errno,
    ee_origin: report.origin,
    ee_type: 0,
    ee_code: report.code,
    ee_info: report.info,
    ee_data: report.data,
  }
  for (const [name, value] of Object.entries(got)) {
    const wanted = field(data, name)
    const number = errnoNumber(wanted) ?? optionalNumber(wanted)
    if (number !== undefined && number !== value) failAt(line, `${name} ${showValue(wanted)}`, String(value))
  }
}

function errnoNumber(value: Value | undefined): number | undefined {
  const name = valueNames(value)[0] ?? ''
  return Object.hasOwn(ERRNO, name) ? ERRNO[name as keyof typeof ERRNO][0] : undefined
}
