/**
 * iptables as iptables(8) prints it: `-L` with its columns, `-S` and iptables-save as lines that can be typed again. Laid out like iptables 1.8.11, which
 * writes protocols by name under -n, too.
 */
import { err, ok } from '../base'
import type { Result } from '../base'
import type { ChainView, HostReport, RuleView, TableView, TextLine } from '../trace'
import { headerLine, line } from './line'

type TableName = TableView['name']

/** Chains that a table has before anybody touches it. */
const CHAINS: Readonly<Record<TableName, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
}

interface Wanted {
  table: TableName
  action: '' | 'list' | 'rules'
  /** '' for all. */
  chain: string
  verbose: boolean
  numbers: boolean
  exact: boolean
}

/** `iptables -t nat -L -v -n --line-numbers`. */
export function iptablesLines(words: readonly string[], report: HostReport): Result<readonly TextLine[]> {
  const wanted = readWords(words)
  if (!wanted.ok) return wanted
  const { table, chain, action } = wanted.value
  const chains = chainsOf(report, table).filter(({ name }) => chain === '' || name === chain)
  if (chains.length === 0) return err(`iptables: No chain/target/match by that name.`)
  if (action === 'rules') return ok(ruleLines(chains))
  return ok(chains.flatMap((one, i) => [...(i === 0 ? [] : [line('')]), ...listChain(table, one, wanted.value)]))
}

/** `iptables-save`, `-c` with counters, `-t` one table. */
export function saveLines(words: readonly string[], report: HostReport): Result<readonly TextLine[]> {
  const counters = words.includes('-c')
  const at = words.indexOf('-t')
  const unknown = words.find((word, i) => word !== '-c' && word !== '-t' && (at === -1 || i !== at + 1))
  if (unknown !== undefined) return err(`iptables-save: only -c and -t are known here, not ${unknown}.`)
  const tables = (report.firewall?.tables ?? []).filter(({ name }) => at === -1 || name === words[at + 1])
  return ok(tables.flatMap((table) => saveTable(table, counters)))
}

function readWords(words: readonly string[]): Result<Wanted> {
  const wanted: Wanted = { table: 'filter', action: '', chain: '', verbose: false, numbers: false, exact: false }
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === '-t') {
      const name = (Object.keys(CHAINS) as TableName[]).find((table) => table === words[i + 1])
      if (name === undefined) return err(`iptables: can't initialize iptables table '${words[i + 1] ?? ''}'.`)
      wanted.table = name
      i++
    } else if (word === '--line-numbers') wanted.numbers = true
    else if (/^-[LSvnx]+$/.test(word)) {
      if (word.includes('L')) wanted.action = 'list'
      if (word.includes('S')) wanted.action = 'rules'
      if (word.includes('v')) wanted.verbose = true
      if (word.includes('x')) wanted.exact = true
    } else if (wanted.action !== '' && !word.startsWith('-')) wanted.chain = word
    else return err(`iptables: here it only shows: -L or -S, with -t, -v, -n, -x, --line-numbers; not ${word}.`)
  }
  return wanted.action === '' ? err('iptables: no command specified; -L lists, -S prints the rules.') : ok(wanted)
}

function chainsOf(report: HostReport, table: TableName): readonly ChainView[] {
  const found = report.firewall?.tables.find(({ name }) => name === table)
  if (found !== undefined) return found.chains
  return CHAINS[table].map((name) => ({ name, policy: 'ACCEPT', packets: 0, bytes: 0, references: 0, rules: [] }))
}

function listChain(table: TableName, chain: ChainView, { verbose, numbers, exact }: Wanted): TextLine[] {
  const { name, policy, packets, bytes, references, rules } = chain
  const counted = verbose ? ` ${brief(packets, exact)} packets, ${brief(bytes, exact)} bytes` : ''
  const title =
    policy === '' ? `Chain ${name} (${references} references)` : `Chain ${name} (policy ${policy}${counted})`
  const head = [
    numbers ? 'num  ' : '',
    verbose ? ' pkts bytes ' : '',
    'target     prot opt ',
    verbose ? 'in     out     ' : '',
    'source               destination         ',
  ].join('')
  return [
    headerLine(title),
    headerLine(head),
    ...rules.map((rule, i) => line(listRule(rule, i + 1, { verbose, numbers, exact }), `${table} ${name} ${i + 1}`)),
  ]
}

function listRule(
  { columns, packets, bytes }: RuleView,
  number: number,
  { verbose, numbers, exact }: Pick<Wanted, 'verbose' | 'numbers' | 'exact'>,
): string {
  const { target, protocol, source, destination, extra, goto } = columns
  const counts = `${brief(packets, exact).padStart(5)} ${brief(bytes, exact).padStart(5)} `
  return [
    numbers ? `${number}`.padEnd(4) + ' ' : '',
    verbose ? counts : '',
    `${target.padEnd(10)} `,
    signed(protocol).padEnd(5).replace(/^ /, '') + ' ',
    '-- ',
    verbose ? ` ${columns.in.padEnd(6)} ${columns.out.padEnd(6)} ` : '',
    `${signed(source).padEnd(20)} `,
    signed(destination).padEnd(21),
    goto ? '[goto] ' : '',
    extra === '' ? '' : ` ${extra}`,
  ].join('')
}

/** A column for `!` stands before addresses. */
function signed(word: string): string {
  return word.startsWith('!') ? word : ` ${word}`
}

/** Counters as iptables shortens them: 12345, then 123K, 12M, 1234G; whole with -x. */
function brief(count: number, exact: boolean): string {
  if (exact || count <= 99_999) return String(count)
  let value = Math.floor((count + 500) / 1_000)
  for (const unit of ['K', 'M', 'G']) {
    if (value <= 9_999) return `${value}${unit}`
    value = Math.floor((value + 500) / 1_000)
  }
  return `${value}T`
}

/** `iptables -S`. */
function ruleLines(chains: readonly ChainView[]): TextLine[] {
  return [
    ...chains.map(({ name, policy }) => line(policy === '' ? `-N ${name}` : `-P ${name} ${policy}`)),
    ...chains.flatMap(({ name, rules }) => rules.map(({ text }) => line(`-A ${name} ${text}`))),
  ]
}

function saveTable({ name, chains }: TableView, counters: boolean): TextLine[] {
  return [
    line(`*${name}`),
    ...chains.map((chain) =>
      line(`:${chain.name} ${chain.policy === '' ? '-' : chain.policy} [${chain.packets}:${chain.bytes}]`),
    ),
    ...chains.flatMap((chain) =>
      chain.rules.map(({ text, packets, bytes }, i) =>
        line(`${counters ? `[${packets}:${bytes}] ` : ''}-A ${chain.name} ${text}`, `${name} ${chain.name} ${i + 1}`),
      ),
    ),
    line('COMMIT'),
  ]
}
