/** Code events: the script's assertions over a tcp_info of the connection under test, taken at this moment. */
import { CodeFailure, runCode } from '../code'
import type { CodeStatement } from '../parse/code-syntax'
import { Failure } from './failure'
import { tcbUnderTest } from './find'
import { tell } from './run'
import type { Run } from './run'
import { tcpInfo } from './tcp-info'
import { CONSTANTS } from './values'

export function runCodeEvent(run: Run, line: number, statements: readonly CodeStatement[]): void {
  const { machine } = run
  const tcb = tcbUnderTest(run)
  if (tcb === undefined) throw new Failure(line, 'expected a connection to look at got none')
  const info = tcpInfo(tcb, machine.now, machine.host.sysctl)
  try {
    runCode(statements, {
      variables: run.variables,
      lookUp: (name) => (Object.hasOwn(info, name) ? info[name] : CONSTANTS[name]),
      print: (text) => tell(run, machine.now, `print ${text}`),
    })
  } catch (error) {
    if (error instanceof CodeFailure) throw new Failure(error.line, error.message, error.unsupported)
    throw error
  }
}
