/** The command palette: type a few letters of anything that the page can do, choose with the arrows, Enter does it. A native dialog with a combobox. */
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { useText } from '../text'
import { commandsNow } from './commands'
import type { Command, Doors } from './commands'
import { matching } from './filter'
import styles from './palette.module.css'

/** More would not be read; typing goes on. */
const MOST_SHOWN = 80

interface PaletteProps {
  readonly doors: Doors
  readonly onClose: () => void
}

export function Palette({ doors, onClose }: PaletteProps) {
  const text = useText()
  const dialog = useRef<HTMLDialogElement>(null)
  const [asked, setAsked] = useState<Command | null>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  const choose = (command: Command): void => {
    if (command.ask !== undefined) {
      setAsked(command)
      return
    }
    // Closed first, so that what the command shows is not below the dialog and the focus is back where it was.
    dialog.current?.close()
    command.run?.()
  }
  return (
    <dialog ref={dialog} className={styles.palette} aria-label={text.palette.title} onClose={onClose}>
      {asked?.ask === undefined ? (
        <Search doors={doors} onChoose={choose} />
      ) : (
        <Ask title={asked.title} value={asked.ask.value} take={asked.ask.take} onDone={() => dialog.current?.close()} />
      )}
    </dialog>
  )
}

function Search({ doors, onChoose }: { readonly doors: Doors; readonly onChoose: (command: Command) => void }) {
  const text = useText()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  // As things stood when the palette was opened: a list that changes under the hand is no list.
  const commands = useMemo(() => commandsNow(text, doors), [text, doors])
  const found = useMemo(() => matching(commands, typed), [commands, typed])
  const shown = found.slice(0, MOST_SHOWN)
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  const walk = (event: React.KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && shown.length > 0) setAt((at + step + shown.length) % shown.length)
    else if (event.key === 'Enter' && at < shown.length) onChoose(shown[at])
    else return
    event.preventDefault()
  }
  return (
    <>
      <input
        type="text"
        role="combobox"
        className={styles.field}
        aria-label={text.palette.title}
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={at < shown.length ? `${id}-${at}` : undefined}
        placeholder={text.palette.hint}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onKeyDown={walk}
        onChange={(event) => {
          setTyped(event.target.value)
          setAt(0)
        }}
      />
      <div ref={list} id={id} role="listbox" aria-label={text.palette.title} className={styles.list}>
        {shown.map((command, i) => (
          // Keys are handled in the field, which keeps the focus.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={command.id}
            id={`${id}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === at}
            onPointerMove={() => setAt(i)}
            onClick={() => onChoose(command)}
          >
            <span>{command.title}</span>
            <small>{command.group}</small>
            <kbd>{command.note}</kbd>
          </div>
        ))}
      </div>
      <p className={styles.count} role="status">
        {shown.length === 0
          ? text.palette.none
          : found.length > shown.length
            ? text.palette.more(found.length - shown.length)
            : ''}
      </p>
    </>
  )
}

interface AskProps {
  readonly title: string
  readonly value: string
  readonly take: (value: string) => string | undefined
  readonly onDone: () => void
}

/** One value for a command that needs it; what is wrong with it is said below, and nothing typed is lost. */
function Ask({ title, value: first, take, onDone }: AskProps) {
  const text = useText().palette
  const [value, setValue] = useState(first)
  const [problem, setProblem] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    field.current?.select()
  }, [])
  return (
    <form
      className={styles.ask}
      onSubmit={(event) => {
        event.preventDefault()
        const answer = take(value)
        if (answer === undefined) onDone()
        else setProblem(answer)
      }}
    >
      <label>
        <span>{title}</span>
        <input
          ref={field}
          type="text"
          className={styles.field}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
      </label>
      <p role="alert">{problem}</p>
      <button type="submit">{text.set}</button>
    </form>
  )
}
