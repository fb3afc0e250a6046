/**
 * A typed key for a value in a {@link Context}. The shape is that of Connect's `ContextKey`, so a key made by either
 * library works with both.
 */
export interface ContextKey<T> {
  readonly id: symbol;
  readonly defaultValue: T;
}

/** Makes a key whose value is `defaultValue` where nobody set another; `description` shows in debuggers. */
export function createContextKey<T>(defaultValue: T, options?: { description?: string }): ContextKey<T> {
  return { id: Symbol(options?.description), defaultValue };
}
