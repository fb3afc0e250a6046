/** The time in ms since the Unix epoch, on a clock that never jumps: what every deadline is measured by. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
