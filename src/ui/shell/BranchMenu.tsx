/** The branches of a session: show one, name it, delete it. The present one cannot be deleted, nor the first. */
import { useState } from 'react'
import { useClient, useStore } from '../../store'
import type { BranchView } from '../../trace'
import { clockText } from '../format'
import { menuStyles, Popover } from '../menu'
import { useText } from '../text'
import styles from './bar.module.css'
import { Caret } from './Caret'

export function BranchMenu({ className }: { readonly className?: string }) {
  const text = useText()
  const branches = useStore((state) => state.branches)
  const current = useStore((state) => state.branch)
  const name = branches.find((branch) => branch.id === current)?.name ?? text.branches.main
  return (
    <Popover
      kind="menu"
      name={text.branches.title}
      className={className}
      wide
      button={
        <>
          <span>{text.bar.branch}</span> <b>{name}</b> <Caret />
        </>
      }
    >
      {(close) => <BranchItems onDone={close} />}
    </Popover>
  )
}

export function BranchItems({ onDone }: { readonly onDone: () => void }) {
  const text = useText().branches
  const branches = useStore((state) => state.branches)
  const current = useStore((state) => state.branch)
  return (
    <>
      <p className={menuStyles.note}>{text.explain}</p>
      {branches.map((branch) => (
        <BranchItem key={branch.id} branch={branch} current={branch.id === current} onDone={onDone} />
      ))}
    </>
  )
}

interface ItemProps {
  readonly branch: BranchView
  readonly current: boolean
  readonly onDone: () => void
}

function BranchItem({ branch, current, onDone }: ItemProps) {
  const text = useText().branches
  const client = useClient()
  const [naming, setNaming] = useState(false)
  if (naming) return <BranchName branch={branch} onDone={() => setNaming(false)} />
  return (
    <div className={styles.branch}>
      <button
        type="button"
        className={menuStyles.item}
        aria-current={current}
        aria-label={text.show(branch.name)}
        onClick={() => {
          onDone()
          void client.switchBranch(branch.id)
        }}
      >
        {branch.name}
        <small>{branch.parent < 0 ? text.root : text.forked(clockText(branch.forkAt))}</small>
      </button>
      <button
        type="button"
        aria-label={text.rename(branch.name)}
        title={text.rename(branch.name)}
        onClick={() => setNaming(true)}
      >
        ✎
      </button>
      {current || branch.parent < 0 ? null : (
        <button
          type="button"
          aria-label={text.remove(branch.name)}
          title={text.remove(branch.name)}
          onClick={() => void client.deleteBranch(branch.id)}
        >
          ×
        </button>
      )}
    </div>
  )
}

function BranchName({ branch, onDone }: { readonly branch: BranchView; readonly onDone: () => void }) {
  const text = useText().branches
  const client = useClient()
  const [name, setName] = useState(branch.name)
  return (
    <form
      className={menuStyles.form}
      onSubmit={(event) => {
        event.preventDefault()
        onDone()
        void client.renameBranch(branch.id, name.trim() === '' ? branch.name : name.trim())
      }}
    >
      <label>
        <span>{text.newName}</span>
        <input type="text" maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <button type="submit">{text.save}</button>
    </form>
  )
}
