/**
 * What `get` gives; undefined where that cannot be had: then its tests are to be left out, and one line has said so,
 * and `where` they run.
 * In CI nothing is left out, so there it throws instead.
 */
export async function orLeaveOut<T>(
  what: string,
  get: () => Promise<T>,
  where = "where Go can build it (https://go.dev/dl)",
): Promise<T | undefined> {
  try {
    return await get();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (process.env.CI) throw new Error(`${what} is needed in CI and could not be had.\n${reason}`, { cause: error });
    console.warn(`left out: tests with ${what}; they run ${where}: ${firstLines(reason)}`);
    return undefined;
  }
}

function firstLines(text: string): string {
  return text.split("\n").slice(0, 2).join(" ");
}
