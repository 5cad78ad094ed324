/** The shape that stands for a host everywhere: a blue circle for the client, an orange square for the server, a grey diamond else. */
import styles from './host.module.css'

export type Role = 'client' | 'server' | 'other'

export function HostMark({ role, size = 12 }: { readonly role: Role; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden="true" className={styles[`mark_${role}`]}>
      {role === 'client' ? <circle cx="6" cy="6" r="5.5" /> : null}
      {role === 'server' ? <rect x="0.5" y="0.5" width="11" height="11" rx="1" /> : null}
      {role === 'other' ? <path d="M6 0.5L11.5 6L6 11.5L0.5 6Z" /> : null}
    </svg>
  )
}
