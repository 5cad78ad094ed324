/** The list of scenarios with a sentence each, and opening a file. */
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { useStore } from '../../store'
import { menuStyles, Popover } from '../menu'
import { readText } from '../share'
import { useText } from '../text'
import type { ScenarioSummary, SessionDoor } from './session-door'

interface PickerProps {
  readonly door: SessionDoor
  readonly className?: string
  readonly button: ReactNode
}

export function ScenarioPicker({ door, className, button }: PickerProps) {
  const text = useText().picker
  return (
    <Popover kind="menu" name={text.title} className={className} button={button} wide>
      {(close) => <ScenarioItems door={door} onDone={close} />}
    </Popover>
  )
}

export function ScenarioItems({ door, onDone }: { readonly door: SessionDoor; readonly onDone: () => void }) {
  const text = useText().picker
  const current = useStore((state) => state.info?.scenario)
  const [list, setList] = useState<readonly ScenarioSummary[] | null>(null)
  useEffect(() => {
    let wanted = true
    void door.scenarios().then((scenarios) => {
      if (wanted) setList(scenarios)
    })
    return () => {
      wanted = false
    }
  }, [door])
  const openFile = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    const content = await readText(file)
    if (content !== undefined) await door.open({ kind: 'document', text: content, name: file.name })
  }
  return (
    <>
      <label className={menuStyles.item}>
        {text.open}
        <input
          type="file"
          className={menuStyles.file}
          accept=".json,application/json"
          onChange={(event) => {
            onDone()
            void openFile(event.target.files?.[0])
          }}
        />
      </label>
      {current === undefined ? null : (
        <button
          type="button"
          className={menuStyles.item}
          onClick={() => {
            onDone()
            void door.again()
          }}
        >
          {text.again}
        </button>
      )}
      <div className={menuStyles.rule} />
      {list === null ? <p className={menuStyles.note}>{text.loading}</p> : null}
      {list?.map(({ id, title, summary }) => (
        <button
          key={id}
          type="button"
          className={menuStyles.item}
          aria-current={id === current}
          onClick={() => {
            onDone()
            void door.open({ kind: 'scenario', id })
          }}
        >
          {title}
          <small>{summary}</small>
        </button>
      ))}
    </>
  )
}
