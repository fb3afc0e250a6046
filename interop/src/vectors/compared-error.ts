import type { ErrorResult } from "../peer/run.ts";

/** What of an error is compared: of a plain one not the text, of none the text of its cause. */
export function comparedError(error: ErrorResult | undefined): unknown {
  if (error === undefined) return undefined;
  const { code, reason, message, metadata = {}, plain } = error;
  return plain ? { code, reason, metadata } : { code, reason, message, metadata };
}

/** Our error as a plain one where Go's client had only that: it is compared as such. */
export function plainAs(theirs: ErrorResult | undefined, ours: ErrorResult | undefined): ErrorResult | undefined {
  return theirs?.plain && ours !== undefined ? { ...ours, plain: true } : ours;
}
