/** Code events: the script's assertions over a tcp_info of the connection under test, taken at this moment. */
import { CodeFailure, runCode } from '../code'
import type { CodeStatement } from '../parse/code-syntax'
import { Failure } from './failure'
import { tell } from './run'
import type { Run } from './run'
import { CONSTANTS } from './values'

export function runCodeEvent(run: Run, line: number, statements: readonly CodeStatement[]): void {
  const { machine } = run
  const info = machine.info()
  if (info === undefined) throw new Failure(line, 'expected a connection to look at got none')
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
