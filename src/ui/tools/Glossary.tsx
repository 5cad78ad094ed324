/** What the words of an output mean, those that are in it and no others. */
import type { TextLine } from '../../trace'
import { useText } from '../text'
import { useToolsText } from '../text/tools'
import styles from './tools.module.css'
import { termsOf } from './words'

export function Glossary({ lines }: { readonly lines: readonly TextLine[] }) {
  const text = useText().tools
  const meanings = useToolsText()
  const terms = termsOf(lines).filter((term) => Object.hasOwn(meanings, term))
  if (terms.length === 0) return null
  return (
    <details className={styles.glossary}>
      <summary>{text.legend}</summary>
      <dl>
        {terms.map((term) => (
          <div key={term}>
            <dt>{term.replace('_Address', ' Address').replace(/^(\w+):$/, '$1')}</dt>
            <dd>{meanings[term]}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
