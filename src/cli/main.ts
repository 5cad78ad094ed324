/** The command line: reads its words, runs one command, and says in one sentence what was wrong with them. */
import { benchCommand } from './bench'
import { CommandError } from './command-error'
import { packetdrillCommand } from './packetdrill'
import { runCommand } from './run'
import { scenariosCommand } from './scenarios'

const USAGE = `TCPScope: a real TCP/IP stack on a virtual clock.

  tcpscope scenarios                          one line each: id, title
  tcpscope run <id | file | link>             run a scenario
      [--until 5s]                            stop at this virtual time
      [--format ladder|events|summary|text]   what to print (summary)
      [--command 'ss -tan'] [--host server]   with text: of what tool, on which host (all)
      [--pcap out.pcapng]                     write a capture for Wireshark
  tcpscope bench <bulk|lossy|fast|pipe|many>  run a workload and print its figures
      [--recorder on|off] [--flows N] [--bytes N: of each flow] [--congestion cubic|reno|bbr|bbr3]
  tcpscope packetdrill [--json] <files or directories>
                                              play packetdrill scripts on a host of ours
`

const COMMANDS: Readonly<Record<string, (words: readonly string[]) => number | void>> = {
  scenarios: scenariosCommand,
  run: runCommand,
  bench: benchCommand,
  packetdrill: packetdrillCommand,
}

function main(words: readonly string[]): number {
  const [name, ...rest] = words
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(USAGE)
    return 0
  }
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (command === undefined) {
      throw new CommandError(`There is no command "${name}"; there are ${Object.keys(COMMANDS).join(', ')}.`)
    }
    return command(rest) ?? 0
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 2
  }
}

process.stdout.on('error', () => {
  // The reader has gone (`| head`): nothing more to say.
  process.exit(0)
})
process.exitCode = main(process.argv.slice(2))
