/** A person, or the scenario, changes the firewall while it runs: one line of iptables or conntrack. */
import { err, ok } from '../base'
import type { Result } from '../base'
import type { Recorder } from '../trace'
import { applyCommand } from './command/apply'
import { parseCommand } from './command/parse'
import type { Netfilter } from './records'

/** Does what a line says. The error is one sentence, and nothing is changed. */
export function changeFirewall(netfilter: Netfilter, line: string, recorder: Recorder): Result<void> {
  const command = parseCommand(line)
  if (!command.ok) return command
  const { kind } = command.value
  const done = applyCommand(netfilter, command.value)
  if (!done.ok) return err(done.error)
  if (kind !== 'nothing') {
    const rule = kind === 'forgetFlows' ? 'conntrackForgotten' : 'firewallChanged'
    recorder.emit('netfilter/changed', rule, recorder.text(line.trim()))
  }
  return ok(undefined)
}

/** What is wrong with a line, as one sentence; undefined when nothing is. It may still meet a chain that is not there. */
export function lineError(line: string): string | undefined {
  const command = parseCommand(line)
  if (command.ok) return command.value.kind === 'nothing' ? 'The line says nothing.' : undefined
  return command.error
}
