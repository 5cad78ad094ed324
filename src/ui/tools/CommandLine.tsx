/** The prompt: the command that is shown, to be changed, and a button that copies what it printed. */
import { useState } from 'react'
import { COMMANDS } from '../../texts'
import type { HostView, TextLine } from '../../trace'
import { useText } from '../text'
import styles from './tools.module.css'

interface CommandLineProps {
  readonly host: HostView
  readonly command: string
  readonly output: readonly TextLine[]
  readonly onRun: (command: string) => void
}

export function CommandLine({ host, command, output, onRun }: CommandLineProps) {
  const text = useText().tools
  const [written, setWritten] = useState(command)
  const [copied, setCopied] = useState('')
  const copy = async (): Promise<void> => {
    const lines = [`${host.name}$ ${command}`, ...output.map((line) => line.text)]
    setCopied((await write(`${lines.join('\n')}\n`)) ? text.copied : text.notCopied)
  }
  return (
    <form
      className={styles.prompt}
      onSubmit={(event) => {
        event.preventDefault()
        if (written.trim() !== '') onRun(written.trim())
      }}
    >
      <label>
        <span aria-hidden="true">{host.name}$</span>
        <span className={styles.hidden}>{text.command}</span>
        <input
          value={written}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          onChange={(event) => setWritten(event.target.value)}
        />
      </label>
      <select
        aria-label={text.common}
        value={COMMANDS.includes(command) ? command : ''}
        onChange={(event) => onRun(event.target.value)}
      >
        {COMMANDS.includes(command) ? null : <option value="">{text.common}</option>}
        {COMMANDS.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      {written.trim() === command ? null : <button type="submit">{text.run}</button>}
      <button type="button" onClick={() => void copy()}>
        {copied === '' ? text.copy : copied}
      </button>
    </form>
  )
}

async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
