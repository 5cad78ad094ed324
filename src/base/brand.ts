/** A nominal type over a primitive: `Brand<number, 'Seq32'>` is a number that only seq32 functions produce. */
declare const brand: unique symbol
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }
