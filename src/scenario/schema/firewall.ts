/** Lines of iptables and conntrack in documents and links: each is read here as it will be when it is done, so that a bad word is named at once. */
import * as v from 'valibot'
import { lineError, rulesError } from '../../netfilter'
import { line, list } from './primitives'

const MOST_LINES = 500
const MOST_CHARACTERS = 512

/** One line that a person gives while the world runs. */
export const firewallLine: v.GenericSchema<unknown, string> = v.pipe(
  line(MOST_CHARACTERS),
  v.check(
    (value) => lineError(value) === undefined,
    (issue) => lineError(issue.input) ?? '',
  ),
)

/** The lines that a host begins with: they must all work, one after the other. */
export const firewallLines: v.GenericSchema<unknown, string[]> = v.pipe(
  list(line(MOST_CHARACTERS), MOST_LINES),
  v.check(
    (lines) => rulesError(lines) === undefined,
    (issue) => rulesError(issue.input) ?? '',
  ),
)
