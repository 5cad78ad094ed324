/** The ready-made programs, for one host: a click runs one as it is; its settings and its text are one step away. */
import { useState } from 'react'
import { compileProgram, PROGRAMS, programSpec } from '../../programs'
import type { LibraryProgram, Parameter } from '../../programs'
import type { HostView } from '../../trace'
import { act } from '../host/act'
import { menuStyles } from '../menu'
import { useText } from '../text'
import styles from './programs.module.css'
import { freePort, serverFor } from './rows'

interface Props {
  readonly host: HostView
  readonly hosts: readonly HostView[]
  readonly onDone: () => void
}

type Settings = Readonly<Record<string, number | string>>

export function Picker({ host, hosts, onDone }: Props) {
  const text = useText().programs
  const [open, setOpen] = useState<LibraryProgram | null>(null)
  const run = (program: LibraryProgram, settings: Settings): void => {
    onDone()
    void act({ kind: 'attach', host: host.index, program: program.id, settings })
  }
  if (open !== null) {
    const first = firstSettings(open, host, hosts)
    return (
      <Form
        program={open}
        first={first}
        hosts={hosts}
        onBack={() => setOpen(null)}
        onRun={(settings) => run(open, settings)}
      />
    )
  }
  const roles = host.role === 'client' ? (['client', 'server'] as const) : (['server', 'client'] as const)
  return (
    <>
      {roles.map((role) => (
        <section key={role} aria-label={role === 'server' ? text.servers : text.clients}>
          <p className={menuStyles.note}>{role === 'server' ? text.servers : text.clients}</p>
          {PROGRAMS.filter((program) => program.role === role).map((program) => (
            <div key={program.id} className={styles.offer}>
              <button
                type="button"
                className={menuStyles.item}
                onClick={() => run(program, firstSettings(program, host, hosts))}
              >
                {program.title}
                <small>{program.summary}</small>
              </button>
              <button
                type="button"
                className={styles.more}
                aria-label={text.settings(program.title)}
                title={text.settings(program.title)}
                onClick={() => setOpen(program)}
              >
                …
              </button>
            </div>
          ))}
        </section>
      ))}
    </>
  )
}

/** The usual settings, on a port that fits: a free one for a server, the other host's listener for a client. */
function firstSettings({ role, parameters }: LibraryProgram, host: HostView, hosts: readonly HostView[]): Settings {
  const own = Object.fromEntries(parameters.map(({ name, initial }) => [name, initial]))
  if (role === 'server') return { ...own, port: freePort(host) }
  const { address, port } = serverFor(host, hosts)
  return { ...own, port, server: address }
}

interface FormProps {
  readonly program: LibraryProgram
  readonly first: Settings
  readonly hosts: readonly HostView[]
  readonly onBack: () => void
  readonly onRun: (settings: Settings) => void
}

function Form({ program, first, hosts, onBack, onRun }: FormProps) {
  const text = useText().programs
  const [settings, setSettings] = useState(first)
  const set = (name: string, value: number | string): void => setSettings({ ...settings, [name]: value })
  return (
    <>
      <button type="button" className={menuStyles.item} onClick={onBack}>
        ‹ {text.back}
      </button>
      <form
        className={menuStyles.form}
        onSubmit={(event) => {
          event.preventDefault()
          onRun(settings)
        }}
      >
        <p>{program.summary}</p>
        {typeof settings.server === 'string' ? (
          <label>
            <span>{text.server}</span>
            <select value={settings.server} onChange={(event) => set('server', event.target.value)}>
              {hosts.map(({ address, name }) => (
                <option key={address} value={address}>
                  {name} {address}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        {program.parameters.map((parameter) => (
          <Field key={parameter.name} parameter={parameter} value={Number(settings[parameter.name])} onChange={set} />
        ))}
        <button type="submit">{text.start}</button>
      </form>
      <Preview program={program} settings={settings} />
    </>
  )
}

interface FieldProps {
  readonly parameter: Parameter
  readonly value: number
  readonly onChange: (name: string, value: number) => void
}

function Field({ parameter: { name, least, most, unit }, value, onChange }: FieldProps) {
  return (
    <label>
      <span>{unit === '' ? name : `${name}, ${unit}`}</span>
      <input
        type="number"
        required
        min={least}
        max={most}
        step={1}
        value={value}
        onChange={(event) => onChange(name, event.target.valueAsNumber)}
      />
    </label>
  )
}

function Preview({ program, settings }: { readonly program: LibraryProgram; readonly settings: Settings }) {
  const text = useText().programs
  const spec = programSpec(program.id, settings, 0)
  if (!spec.ok) return <p className={menuStyles.note}>{spec.error}</p>
  const { lines } = compileProgram(spec.value)
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <pre className={styles.preview} role="region" aria-label={text.text(program.title)} tabIndex={0}>
      {lines.map(({ indent, text: line }) => `${'  '.repeat(indent)}${line}`).join('\n')}
    </pre>
  )
}
