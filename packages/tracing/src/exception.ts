import type { Exception } from "@opentelemetry/api";

// Causes can be circular; nobody nests deeper on purpose.
const maxDepth = 8;

/** What was thrown as an event of a span tells it, with the stacks of its causes. */
export function exceptionOf(thrown: unknown): Exception {
  if (!(thrown instanceof Error)) return { name: typeof thrown, message: textOf(thrown) };
  // Not the error itself, whose code would be taken for its type.
  return { name: thrown.name, message: thrown.message, stack: stacksOf(thrown) };
}

function stacksOf(thrown: Error): string {
  const stacks: string[] = [];
  for (let error: unknown = thrown; error instanceof Error && stacks.length < maxDepth; error = error.cause)
    stacks.push(error.stack ?? `${error.name}: ${error.message}`);
  return stacks.join("\nCaused by: ");
}

function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "an object without text was thrown";
  }
}
