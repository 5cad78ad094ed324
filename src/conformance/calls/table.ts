/**
 * The table "call x situation -> return, errno, segments, events": its rows are data (rows-*.ts), each cell a test of that name (table.test.ts), and the cells are
 * asked of a Linux kernel too (e2e/kernel/calls). This file knows how a row is checked, written and played.
 */
import { look, merged } from './play'
import type { Answer, Play } from './play'
import type { Row } from './row'
import { ENDING } from './rows-ending'
import { TALKING } from './rows-talking'
import { CALLS, SITUATIONS } from './situations'
import type { Situation } from './situations'

export const ROWS: readonly Row[] = [...TALKING, ...ENDING]

export interface Departure {
  /** What the call says here. */
  readonly ours: string
  /** What `ss` finds here afterwards, where that is what differs. */
  readonly after?: string
  readonly why: string
}

/** Cells in which this stack does something else than a kernel, and why; README tells it too. */
export const DEPARTURES: Readonly<Record<string, Departure>> = {
  'bind: shut first, then by the peer': {
    ours: '= -1 EINVAL',
    why: 'a connection in TIME-WAIT keeps its socket here as long as that has a descriptor, and with it the port',
  },
  'connect AF_UNSPEC: shut first, then by the peer': {
    ours: '= 0',
    after: 'nothing',
    why: 'that socket takes its TIME-WAIT with it',
  },
}

export interface Cell {
  readonly call: string
  readonly situation: Situation
  readonly play: Play
}

/** A call in a situation, with a look at the machine before and after it. */
export function cells(): Cell[] {
  return Object.entries(CALLS).flatMap(([call, make]) =>
    SITUATIONS.map((situation) => {
      const { side, fd, moves } = situation
      const play: Play = {
        name: `${call}: ${situation.name}`,
        moves: [...moves, look(side), { on: side, call: make(fd, side) }, look(side)],
      }
      return { call, situation, play }
    }),
  )
}

/** What the last three answers of a cell's play come to, as a row has it. */
export function outcome(answers: readonly Answer[]): Pick<Row, 'says' | 'sends' | 'after'> {
  const [before, { says, sends }, after] = answers.slice(-3)
  return { says, sends: merged(sends).join('; '), after: before.says === after.says ? '' : states(after.says) }
}

/** `FIN-WAIT-2 A:E B:80` without the ends. */
function states(lines: string): string {
  return lines
    .split(', ')
    .map((line) => line.split(' ')[0])
    .join(', ')
}

/** So many situations are not listed where all the others are. */
const MANY = 8

/** The rows as a table in Markdown, a block for each call; what a call does in most situations comes last of it. */
function markdown(): string {
  const head = ['| call | situation | returns | sends | `ss` then | events |', '|---|---|---|---|---|---|']
  const lines = Object.keys(CALLS).flatMap((call) => {
    const of = ROWS.filter((row) => row.call === call).toSorted((a, b) => a.situations.length - b.situations.length)
    return of.map((row, index) => {
      const most = index === of.length - 1 && row.situations.length > MANY
      const situations = most ? 'in all the others' : row.situations.join('; ')
      const { says, sends, after, events } = row
      return `| ${index === 0 ? call : ''} | ${situations} | ${says.replace(/^= /, '').replaceAll('|', ' ')} | ${sends} | ${after} | ${events} |`
    })
  })
  return [...head, ...lines].map((line) => line.replaceAll(/ {2,}/g, ' ')).join('\n')
}

const BEGIN = '<!-- the table of calls: npm run calls:table -->'
const END = '<!-- end of the table of calls -->'

/** ARCHITECTURE.md with the table as it is today between its marks. */
export function documented(text: string): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (from === -1 || to < from) return `${text}\n${BEGIN}\n${END}\n`
  const situations = SITUATIONS.map(({ name, state }) => `*${name}* (${state})`).join(', ')
  return `${text.slice(0, from)}${BEGIN}\n\nSituations: ${situations}.\n\n${markdown()}\n\n${departures()}\n\n${text.slice(to)}`
}

function departures(): string {
  const told = Object.entries(DEPARTURES).map(
    ([cell, { ours, why }]) => `*${cell}*: ${ours.replace('= ', '')}, because ${why}`,
  )
  return `Where a host here does otherwise: ${told.join('; ')}.`
}
