/** What the Linux tools would print on a host: ss, netstat, nstat and files of /proc/net, as pure functions of a report (trace/report.ts). */
export { runText } from './command'
export { COMMANDS } from './commands'
