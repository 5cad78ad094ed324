/** The arguments of one call: a small text that opens a form. Submitting the form makes the call with them. */
import type { ReactNode } from 'react'
import { SOCKET_OPTIONS } from '../../trace'
import type { SocketOption } from '../../trace'
import { menuStyles, Popover } from '../menu'
import { useText } from '../text'
import type { Draft } from './calls'
import styles from './host.module.css'

interface Props {
  readonly draft: Draft
  readonly argument: string
  readonly onDraft: (draft: Draft) => void
  readonly onCall: (draft: Draft) => void
}

export function CallArguments({ draft, argument, onDraft, onCall }: Props) {
  const text = useText().arguments
  return (
    <Popover
      kind="dialog"
      name={text.edit(draft.call)}
      label={`${text.edit(draft.call)}: ${argument}`}
      className={styles.argument}
      button={argument}
    >
      {(close) => (
        <form
          className={menuStyles.form}
          onSubmit={(event) => {
            event.preventDefault()
            close()
            onCall(draft)
          }}
        >
          <Fields draft={draft} onDraft={onDraft} />
          <button type="submit">{text.call(draft.call)}</button>
        </form>
      )}
    </Popover>
  )
}

function Fields({ draft, onDraft }: { readonly draft: Draft; readonly onDraft: (draft: Draft) => void }) {
  const text = useText().arguments
  if ((draft.call === 'bind' || draft.call === 'connect') && draft.path !== undefined) {
    return <TextField name={text.path} value={draft.path} onChange={(path) => onDraft({ ...draft, path })} />
  }
  switch (draft.call) {
    case 'bind':
      return (
        <>
          <TextField
            name={text.address}
            value={draft.address ?? ''}
            placeholder="*"
            onChange={(address) => onDraft(address === '' ? { call: 'bind', port: draft.port } : { ...draft, address })}
          />
          <NumberField
            name={text.port}
            value={draft.port}
            most={65_535}
            onChange={(port) => onDraft({ ...draft, port })}
          />
          <p>{text.anyPort}</p>
        </>
      )
    case 'connect':
      return (
        <>
          <TextField name={text.address} value={draft.address} onChange={(address) => onDraft({ ...draft, address })} />
          <NumberField
            name={text.port}
            value={draft.port}
            most={65_535}
            onChange={(port) => onDraft({ ...draft, port })}
          />
          <CheckField
            name="AF_UNSPEC"
            checked={draft.family !== undefined}
            onChange={(undone) => {
              const { family: _family, ...rest } = draft
              onDraft(undone ? { ...rest, family: 'AF_UNSPEC' } : rest)
            }}
          />
          <p>{text.unspecHint}</p>
        </>
      )
    case 'listen':
      return (
        <NumberField
          name={text.backlog}
          value={draft.backlog}
          most={65_535}
          onChange={(backlog) => onDraft({ ...draft, backlog })}
        />
      )
    case 'sendto':
      return (
        <>
          {draft.path === undefined ? (
            <>
              <TextField
                name={text.address}
                value={draft.address ?? ''}
                onChange={(address) => onDraft({ ...draft, address })}
              />
              <NumberField
                name={text.port}
                value={draft.port ?? 0}
                most={65_535}
                onChange={(port) => onDraft({ ...draft, port })}
              />
            </>
          ) : (
            <TextField name={text.path} value={draft.path} onChange={(path) => onDraft({ ...draft, path })} />
          )}
          <ContentFields
            draft={draft}
            onContent={({ bytes, text: sent }) =>
              onDraft({ ...withoutContent(draft), ...(sent === undefined ? { bytes } : { text: sent }) })
            }
          />
          <Flags
            known={['MSG_DONTWAIT', 'MSG_MORE', 'MSG_NOSIGNAL']}
            flags={draft.flags ?? []}
            onChange={(flags) => onDraft({ ...draft, flags })}
          />
        </>
      )
    case 'send':
      return (
        <>
          <NumberField
            name={text.bytes}
            value={draft.bytes ?? 0}
            most={10_000_000}
            onChange={(bytes) => onDraft({ call: 'send', bytes, flags: draft.flags })}
          />
          <TextField
            name={text.text}
            value={draft.text ?? ''}
            onChange={(sent) =>
              onDraft(
                sent === ''
                  ? { call: 'send', bytes: draft.bytes ?? 1000, flags: draft.flags }
                  : { call: 'send', text: sent, flags: draft.flags },
              )
            }
          />
          <Flags
            known={['MSG_DONTWAIT', 'MSG_MORE', 'MSG_NOSIGNAL', 'MSG_OOB']}
            flags={draft.flags ?? []}
            onChange={(flags) => onDraft({ ...draft, flags })}
          />
        </>
      )
    case 'recv':
    case 'recvfrom':
      return (
        <>
          <NumberField
            name={text.bytes}
            value={draft.bytes}
            most={10_000_000}
            onChange={(bytes) => onDraft({ ...draft, bytes })}
          />
          <Flags
            known={
              draft.call === 'recvfrom'
                ? ['MSG_DONTWAIT', 'MSG_PEEK', 'MSG_TRUNC']
                : ['MSG_DONTWAIT', 'MSG_PEEK', 'MSG_WAITALL', 'MSG_OOB', 'MSG_TRUNC']
            }
            flags={draft.flags ?? []}
            onChange={(flags) => onDraft({ ...draft, flags })}
          />
        </>
      )
    case 'shutdown':
      return (
        <SelectField
          name={text.how}
          value={draft.how}
          options={['SHUT_WR', 'SHUT_RD', 'SHUT_RDWR'] as const}
          onChange={(how) => onDraft({ ...draft, how })}
        />
      )
    case 'setsockopt':
      return <OptionFields draft={draft} onDraft={onDraft} />
    case 'getsockopt':
      return (
        <SelectField
          name={text.option}
          value={draft.option}
          options={SOCKET_OPTIONS}
          onChange={(option) => onDraft({ ...draft, option })}
        />
      )
    case 'fcntl':
      return (
        <CheckField
          name={text.nonblock}
          checked={draft.nonblock}
          onChange={(nonblock) => onDraft({ ...draft, nonblock })}
        />
      )
    case 'dup2':
      return (
        <NumberField
          name={text.newFd}
          value={Number(draft.to)}
          most={65_535}
          onChange={(to) => onDraft({ ...draft, to })}
        />
      )
    case 'poll':
      return (
        <>
          <Flags
            known={['POLLIN', 'POLLOUT', 'POLLPRI', 'POLLRDHUP']}
            flags={draft.events.split('|').filter((name) => name !== '')}
            onChange={(flags) => onDraft({ ...draft, events: flags.join('|') })}
          />
          <Timeout timeoutMs={draft.timeoutMs} onTimeout={(timeoutMs) => onDraft({ ...draft, timeoutMs })} />
        </>
      )
    case 'select':
      return (
        <>
          <Flags
            known={SETS}
            flags={draft.sets}
            onChange={(flags) => onDraft({ ...draft, sets: SETS.filter((set) => flags.includes(set)) })}
          />
          <Timeout timeoutMs={draft.timeoutMs} onTimeout={(timeoutMs) => onDraft({ ...draft, timeoutMs })} />
        </>
      )
    case 'accept':
      return (
        <CheckField
          name="SOCK_NONBLOCK"
          checked={draft.nonblock === true}
          onChange={(nonblock) => onDraft({ ...draft, nonblock })}
        />
      )
    case 'close':
    case 'dup':
    case 'getsockname':
    case 'getpeername':
      return null
  }
}

type SendTo = Extract<Draft, { call: 'sendto' }>

function withoutContent({ bytes: _bytes, text: _text, ...rest }: SendTo): SendTo {
  return rest
}

interface ContentProps {
  readonly draft: { readonly bytes?: number; readonly text?: string }
  readonly onContent: (content: { readonly bytes?: number; readonly text?: string }) => void
}

/** What is sent: so many bytes, or a text. */
function ContentFields({ draft, onContent }: ContentProps) {
  const text = useText().arguments
  return (
    <>
      <NumberField
        name={text.bytes}
        value={draft.bytes ?? 0}
        most={65_535}
        onChange={(bytes) => onContent({ bytes })}
      />
      <TextField
        name={text.text}
        value={draft.text ?? ''}
        onChange={(sent) => onContent(sent === '' ? { bytes: draft.bytes ?? 100 } : { text: sent })}
      />
    </>
  )
}

function OptionFields({
  draft,
  onDraft,
}: {
  readonly draft: Extract<Draft, { call: 'setsockopt' }>
  readonly onDraft: (draft: Draft) => void
}) {
  const text = useText().arguments
  const { option, value } = draft
  return (
    <>
      <SelectField
        name={text.option}
        value={option}
        options={SOCKET_OPTIONS}
        onChange={(next) => onDraft({ ...draft, option: next, value: firstValue(next) })}
      />
      {option === 'TCP_CONGESTION' ? (
        <TextField name={text.value} value={String(value)} onChange={(next) => onDraft({ ...draft, value: next })} />
      ) : (
        <NumberField
          name={text.value}
          value={Number(value)}
          least={-1}
          most={2_147_483_647}
          onChange={(next) => onDraft({ ...draft, value: next })}
        />
      )}
      <p>{hintOf(option, text)}</p>
    </>
  )
}

function firstValue(option: SocketOption): number | string {
  if (option === 'TCP_CONGESTION') return 'reno'
  if (option === 'SO_LINGER') return 0
  if (option === 'SO_SNDBUF' || option === 'SO_RCVBUF') return 16_384
  return option === 'TCP_MAXSEG' ? 536 : 1
}

function hintOf(option: SocketOption, text: ReturnType<typeof useText>['arguments']): string {
  if (option === 'TCP_CONGESTION') return text.algorithmHint
  if (option === 'SO_LINGER') return text.lingerHint
  return option === 'SO_RCVTIMEO' || option === 'SO_SNDTIMEO' ? text.timeoutHint : text.numberHint
}

function Labelled({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <label>
      <span>{name}</span>
      {children}
    </label>
  )
}

interface NumberProps {
  readonly name: string
  readonly value: number
  readonly least?: number
  readonly most: number
  readonly onChange: (value: number) => void
}

function NumberField({ name, value, least = 0, most, onChange }: NumberProps) {
  return (
    <Labelled name={name}>
      <input
        type="number"
        required
        min={least}
        max={most}
        value={Number.isNaN(value) ? '' : value}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
    </Labelled>
  )
}

interface TextProps {
  readonly name: string
  readonly value: string
  readonly placeholder?: string
  readonly onChange: (value: string) => void
}

function TextField({ name, value, placeholder, onChange }: TextProps) {
  return (
    <Labelled name={name}>
      <input
        type="text"
        maxLength={1000}
        autoComplete="off"
        spellCheck={false}
        value={value}
        placeholder={placeholder}
        onChange={(event) => onChange(event.target.value)}
      />
    </Labelled>
  )
}

interface SelectProps<T extends string> {
  readonly name: string
  readonly value: T
  readonly options: readonly T[]
  readonly onChange: (value: T) => void
}

function SelectField<T extends string>({ name, value, options, onChange }: SelectProps<T>) {
  return (
    <Labelled name={name}>
      <select value={value} onChange={(event) => onChange(options[event.target.selectedIndex])}>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </Labelled>
  )
}

function CheckField({
  name,
  checked,
  onChange,
}: {
  readonly name: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}) {
  return (
    <Labelled name={name}>
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
    </Labelled>
  )
}

const SETS = ['read', 'write', 'except'] as const

function Timeout({ timeoutMs, onTimeout }: { readonly timeoutMs: number; readonly onTimeout: (ms: number) => void }) {
  const text = useText().epoll
  return (
    <>
      <NumberField name={text.timeout} value={timeoutMs} least={-1} most={3_600_000} onChange={onTimeout} />
      <p>{text.forEver}</p>
    </>
  )
}

export function Flags({
  known,
  flags,
  onChange,
}: {
  readonly known: readonly string[]
  readonly flags: readonly string[]
  readonly onChange: (flags: readonly string[]) => void
}) {
  return (
    <>
      {known.map((flag) => (
        <CheckField
          key={flag}
          name={flag}
          checked={flags.includes(flag)}
          onChange={(checked) => onChange(checked ? [...flags, flag] : flags.filter((other) => other !== flag))}
        />
      ))}
    </>
  )
}
