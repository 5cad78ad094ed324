/** The subset of Python in `%{ ... }%`, as a tree. */
export type CodeStatement =
  | {
      readonly kind: 'assert'
      readonly line: number
      readonly test: CodeExpression
      readonly message: CodeExpression | undefined
    }
  | { readonly kind: 'assign'; readonly line: number; readonly name: string; readonly value: CodeExpression }
  | { readonly kind: 'print'; readonly line: number; readonly values: readonly CodeExpression[] }
  | { readonly kind: 'evaluate'; readonly line: number; readonly value: CodeExpression }
  | {
      readonly kind: 'if'
      readonly line: number
      readonly test: CodeExpression
      readonly body: readonly CodeStatement[]
      readonly otherwise: readonly CodeStatement[]
    }

export type CodeExpression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: string; readonly of: CodeExpression }
  | {
      readonly kind: 'binary'
      readonly operator: string
      readonly left: CodeExpression
      readonly right: CodeExpression
    }
  /** `a <= b < c`: `operators[i]` stands before `rest[i]`. */
  | {
      readonly kind: 'compare'
      readonly first: CodeExpression
      readonly operators: readonly string[]
      readonly rest: readonly CodeExpression[]
    }
  | { readonly kind: 'call'; readonly name: string; readonly items: readonly CodeExpression[] }
  | { readonly kind: 'tuple'; readonly items: readonly CodeExpression[] }
  | {
      readonly kind: 'choose'
      readonly test: CodeExpression
      readonly body: CodeExpression
      readonly otherwise: CodeExpression
    }
