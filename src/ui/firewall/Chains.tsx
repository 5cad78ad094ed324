/** Tables and chains in the kernel's order, each rule with what it has counted; a rule goes by its cross, a policy changes by its name. */
import type { ChainView, FirewallView, HostView, TableView } from '../../trace'
import { grouped } from '../format'
import { act } from '../host'
import { useText } from '../text'
import styles from './firewall.module.css'

export function Chains({ host, view }: { readonly host: HostView; readonly view: FirewallView | null }) {
  const text = useText().firewall
  const tables = (view?.tables ?? []).flatMap((table) => {
    const chains = table.chains.filter(isWorthShowing)
    return chains.length === 0 ? [] : [{ ...table, chains }]
  })
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <section className={styles.rules} aria-label={text.rules} tabIndex={0}>
      {tables.length === 0 ? (
        <p className={styles.none}>
          {text.none} {text.hooks}
        </p>
      ) : null}
      {tables.map((table) =>
        table.chains.map((chain) => (
          <Chain key={`${table.name} ${chain.name}`} host={host} table={table} chain={chain} />
        )),
      )}
      {view === null || view.log.length === 0 ? null : (
        <>
          <h2>{text.log}</h2>
          <ol className={styles.log}>
            {view.log.slice(-8).map(({ at, text: line }, i) => (
              <li key={`${at} ${i}`}>{line}</li>
            ))}
          </ol>
        </>
      )}
    </section>
  )
}

/** Chains that do nothing at all only take room. */
function isWorthShowing({ policy, rules }: ChainView): boolean {
  return rules.length > 0 || policy !== 'ACCEPT'
}

function Chain({
  host,
  table,
  chain,
}: {
  readonly host: HostView
  readonly table: TableView
  readonly chain: ChainView
}) {
  const text = useText().firewall
  const { name, policy, packets, bytes, rules } = chain
  const option = table.name === 'filter' ? '' : `-t ${table.name} `
  const other = policy === 'DROP' ? 'ACCEPT' : 'DROP'
  const run = (line: string): void => void act({ kind: 'firewall', host: host.index, line: `${option}${line}` })
  return (
    <table className={styles.chain}>
      <caption>
        <span className={styles.table}>{table.name}</span> <strong>{name}</strong>
        {policy === '' ? null : (
          <button type="button" title={text.change(name, other)} onClick={() => run(`-P ${name} ${other}`)}>
            {text.policy(policy)}
          </button>
        )}
        {policy === '' ? null : (
          <span className={styles.counts}>
            {grouped(packets)} {text.packets} · {grouped(bytes)} {text.bytes}
          </span>
        )}
      </caption>
      <thead>
        <tr>
          <th scope="col">{text.number}</th>
          <th scope="col">{text.packets}</th>
          <th scope="col">{text.bytes}</th>
          <th scope="col">{text.rule}</th>
          <th scope="col" aria-hidden="true" />
        </tr>
      </thead>
      <tbody>
        {rules.map((rule, i) => (
          // A rule is known by its place, as iptables knows it.
          // oxlint-disable-next-line react/no-array-index-key
          <tr key={i} className={rule.packets > 0 ? styles.counted : undefined}>
            <td>{i + 1}</td>
            <td>{grouped(rule.packets)}</td>
            <td>{grouped(rule.bytes)}</td>
            <td>
              <code>{rule.text}</code>
            </td>
            <td>
              <button
                type="button"
                aria-label={text.remove(`${table.name} ${name} ${i + 1}`)}
                title={text.remove(`${table.name} ${name} ${i + 1}`)}
                onClick={() => run(`-D ${name} ${i + 1}`)}
              >
                ×
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
