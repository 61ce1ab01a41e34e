/** `T` without members that may be undefined: they are absent instead, as JSON and `exactOptionalPropertyTypes` have it. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** A shallow copy without the members that are undefined, which have no form in JSON. */
export function definedOnly<T extends object>(value: T): Defined<T> {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  // SAFETY: what is left are members of T with a value.
  return Object.fromEntries(entries) as Defined<T>;
}
