import type { Spread } from "../harness/statistics.ts";

/** `0.91 [0.88–0.94]`: the median between its quartiles. */
export function formatSpread(spread: Spread, digits: number): string {
  const { median, lower, upper } = spread;
  return `${median.toFixed(digits)} [${lower.toFixed(digits)}–${upper.toFixed(digits)}]`;
}

export const formatRatio = (spread: Spread): string => formatSpread(spread, 2);

/** `22,031`. */
export const formatCount = (count: number): string => Math.round(count).toLocaleString("en-US");

export const formatMegabytes = (bytes: number): string => (bytes / (1 << 20)).toFixed(0);
