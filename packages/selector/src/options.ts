/** The number of an option, when it is in its range. Throws a RangeError that names the option. */
export function atLeast(least: number, option: string, value: number): number {
  if (value >= least && value < Number.POSITIVE_INFINITY) return value;
  throw new RangeError(`${option} must be a number of at least ${least}, got ${value}`);
}
