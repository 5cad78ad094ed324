/** The lines that a command printed: words that changed are marked, a row about a socket leads to it, and the socket that a host panel shows has its row ringed. */
import { useStore } from '../../store'
import type { HostView, TextLine } from '../../trace'
import { shownRow, socketRows } from '../host'
import { useText } from '../text'
import { useToolsText } from '../text/tools'
import styles from './tools.module.css'
import type { Answers } from './useHostText'
import { byKey, wordsOf } from './words'
import type { Word } from './words'

export function Output({ host, answers }: { readonly host: HostView; readonly answers: Answers }) {
  const text = useText().tools
  const select = useStore((state) => state.select)
  const chosen = useStore((state) => state.shownSockets[host.index])
  const { now, before } = answers
  if (now.error !== '') return <p className={styles.error}>{now.error}</p>
  const old = before === undefined ? undefined : byKey(before.lines)
  const rows = now.lines.map((line) => ({ line, words: wordsOf(line, old) }))
  const changes = rows.filter(({ words }) => words.some(({ changed }) => changed)).length
  const shown = shownRow(socketRows(host), chosen)?.socket.id
  return (
    <>
      <div className={styles.lines}>
        {rows.map(({ line, words }, i) => (
          <Line
            // Rows of a socket stay themselves when others come and go.
            key={line.key === '' ? `line ${i}` : line.key}
            line={line}
            words={words}
            isShown={line.socket !== -1 && line.socket === shown}
            onSelect={() => select({ kind: 'socket', host: host.index, socket: line.socket })}
          />
        ))}
      </div>
      {before === undefined ? null : <p className={styles.changes}>{text.changes(changes)}</p>}
    </>
  )
}

interface LineProps {
  readonly line: TextLine
  readonly words: readonly Word[]
  readonly isShown: boolean
  readonly onSelect: () => void
}

function Line({ line, words, isShown, onSelect }: LineProps) {
  const text = useText().tools
  const parts = words.map(({ text: word, changed }, i) => (changed ? <mark key={i}>{word}</mark> : word))
  const className = isShown ? styles.shown : undefined
  if (line.header) return <HeaderLine text={line.text} />
  // The line under a row belongs to its row: one way to the socket is enough.
  if (line.socket === -1 || line.text.startsWith('\t')) {
    return <div className={className}>{line.text === '' ? '\u00a0' : parts}</div>
  }
  return (
    <button type="button" className={className} title={text.showSocket} onClick={onSelect}>
      {parts}
    </button>
  )
}

/** Headers whose words explain themselves when pointed at; the list below the output says it to everybody. */
function HeaderLine({ text }: { readonly text: string }) {
  const meanings = useToolsText()
  const words = text.match(/(?:Local|Peer) Address:Port|\s+|\S+/g) ?? []
  return (
    <div className={styles.headers}>
      {words.map((word, i) => {
        const meaning = meanings[word.replace(' ', '_')]
        return meaning === undefined ? (
          word
        ) : (
          <abbr key={i} title={meaning}>
            {word}
          </abbr>
        )
      })}
    </div>
  )
}
