/** A panel that cannot be drawn says so in its own place; the others, and the session, go on. */
import { Component } from 'react'
import type { ReactNode } from 'react'
import { saveExport } from '../share'
import { useText } from '../text'
import styles from './messages.module.css'

interface BoundaryProps {
  readonly children: ReactNode
}

interface BoundaryState {
  readonly problem: string | null
}

/** React has error boundaries as classes only. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { problem: null }

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { problem: error instanceof Error ? error.message : String(error) }
  }

  override render(): ReactNode {
    const { problem } = this.state
    if (problem === null) return this.props.children
    return <Problem problem={problem} onAgain={() => this.setState({ problem: null })} />
  }
}

function Problem({ problem, onAgain }: { readonly problem: string; readonly onAgain: () => void }) {
  const text = useText().app
  return (
    <div className={styles.problem} role="alert">
      <p>
        <b>{text.panelFailed}</b> {problem}
      </p>
      <button type="button" onClick={onAgain}>
        {text.again}
      </button>
      <button type="button" onClick={() => void saveExport('session')}>
        {text.saveSession}
      </button>
      <button type="button" onClick={() => location.reload()}>
        {text.reload}
      </button>
    </div>
  )
}
