/** Expressions as they stand in steps: whole numbers, or C's arithmetic as text. */
import * as v from 'valibot'
import { parseExpression } from '../../programs'
import type { Expression } from '../../trace'

/** The schema of an expression; the message says what cannot be read in it. */
export const expression: v.GenericSchema<unknown, Expression> = v.custom<Expression>(
  (value) => expressionProblem(value) === undefined,
  (issue) => expressionProblem(issue.input) ?? '',
)

function expressionProblem(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? undefined : 'expected a whole number'
  if (typeof value !== 'string') return 'expected a whole number or an expression such as "n + 4"'
  const expr = parseExpression(value)
  return expr.ok ? undefined : expr.error
}
