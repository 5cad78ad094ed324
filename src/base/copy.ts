/**
 * Deep copies of state. The world is plain data: records, arrays, Maps, Sets, typed arrays and primitives, a tree
 * with no shared nodes. Uint8Array is the one exception to copying: throughout the engine a byte array is written
 * once, when it is made, and never again, so copies share it.
 */
import { InvariantError } from './assert'

/** A copy that shares nothing mutable with `value`. Throws InvariantError on a class instance or a function. */
export function deepCopy<T>(value: T): T {
  return copy(value) as T
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'function') throw new InvariantError('a function cannot be part of copied state')
    return value
  }
  if (Array.isArray(value)) return copyArray(value)
  if (value instanceof Uint8Array) return value
  if (value instanceof Map) return copyMap(value)
  if (value instanceof Set) return new Set(value)
  if (ArrayBuffer.isView(value)) return (value as unknown as { slice(): unknown }).slice()
  return copyRecord(value)
}

function copyArray(value: readonly unknown[]): unknown[] {
  const out: unknown[] = Array.from({ length: value.length })
  for (let i = 0; i < value.length; i++) out[i] = copy(value[i])
  return out
}

function copyMap(value: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
  const out = new Map<unknown, unknown>()
  for (const [key, item] of value) out.set(key, copy(item))
  return out
}

function copyRecord(value: object): object {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw new InvariantError(`a ${value.constructor.name} cannot be part of copied state`)
  }
  const out: Record<string, unknown> = {}
  for (const key in value) out[key] = copy((value as Record<string, unknown>)[key])
  return out
}
