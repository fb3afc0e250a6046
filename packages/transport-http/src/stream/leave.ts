/** Tells a producer that nobody reads on. It may still be busy, so nothing waits for it; what it throws then is its own. */
export function leave(iterator: AsyncIterator<unknown> | undefined): void {
  try {
    Promise.resolve(iterator?.return?.()).catch(ignore);
  } catch {
    // As above.
  }
}

function ignore(): void {}
