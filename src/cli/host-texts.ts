/** What a Linux tool would print on the hosts of a session, at its present position. */
import { takeReport } from '../sim'
import type { Session } from '../sim'
import { runText } from '../texts'
import { CommandError } from './command-error'

/** The lines of one host. */
export function hostText(session: Session, host: number, command: string): string[] {
  const report = takeReport(session, host)
  if (report === undefined) return []
  const printed = runText(command, report)
  if (!printed.ok) throw new CommandError(printed.error)
  return printed.value.map(({ text }) => text)
}

/** Of the host with that name, or of all, each under a prompt with its name. */
export function hostTexts(session: Session, command: string, name: string | undefined): string[] {
  const { hosts } = session.spec
  const wanted = hosts.flatMap((host, index) => (name === undefined || host.name === name ? [index] : []))
  if (wanted.length === 0) {
    throw new CommandError(`There is no host "${name}"; there are ${hosts.map((host) => host.name).join(', ')}.`)
  }
  return wanted.flatMap((index) => [
    ...(name === undefined ? [`${hosts[index].name}$ ${command}`] : []),
    ...hostText(session, index, command),
  ])
}
