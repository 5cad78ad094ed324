/** What a line asks of a host's firewall, as data. */
import type { Match, TableName, Target } from '../records'

export interface RuleSpec {
  readonly matches: readonly Match[]
  readonly target: Target
}

export type FirewallCommand =
  | { readonly kind: 'append'; readonly table: TableName; readonly chain: string; readonly rule: RuleSpec }
  /** `at` counts from 1. */
  | {
      readonly kind: 'insert' | 'replace'
      readonly table: TableName
      readonly chain: string
      readonly at: number
      readonly rule: RuleSpec
    }
  | { readonly kind: 'deleteAt'; readonly table: TableName; readonly chain: string; readonly at: number }
  | { readonly kind: 'deleteLike'; readonly table: TableName; readonly chain: string; readonly rule: RuleSpec }
  | {
      readonly kind: 'policy'
      readonly table: TableName
      readonly chain: string
      readonly policy: 'ACCEPT' | 'DROP'
    }
  | { readonly kind: 'newChain'; readonly table: TableName; readonly chain: string }
  /** `chain` '' means all. */
  | { readonly kind: 'deleteChain' | 'flush' | 'zero'; readonly table: TableName; readonly chain: string }
  | { readonly kind: 'forgetFlows'; readonly filter: FlowFilter }
  /** A line that says nothing: a comment, COMMIT. */
  | { readonly kind: 'nothing' }

/** Which flows `conntrack -D` means; undefined fields match all. Ports and addresses of the original direction. */
export interface FlowFilter {
  readonly protocol?: number
  readonly src?: number
  readonly dst?: number
  readonly srcPort?: number
  readonly dstPort?: number
}
