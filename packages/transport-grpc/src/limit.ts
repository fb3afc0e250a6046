/** The least flow-control window, in bytes: the one that HTTP/2 begins with, which a connection's can't go below (RFC 9113 §6.9.2). */
export const minWindowBytes = 65_535;

/**
 * The number of an option, given as `{ name: value }`, when it is at least so much. Throws a `RangeError` that names the
 * function, the option and the range.
 */
export function atLeast(least: number, named: Readonly<Record<string, number>>, of: string): number {
  const [[name, value] = ["", Number.NaN]] = Object.entries(named);
  // Windows, limits and timers all take 31 bits.
  if (value >= least && value <= 0x7fffffff) return value;
  throw new RangeError(`${of}: ${name} is ${value}; it has to be a number from ${least} to ${0x7fffffff}`);
}
