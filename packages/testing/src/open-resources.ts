/** How many of a kind the event loop waits for, by kind. */
export type OpenResources = Readonly<Record<string, number>>;

// Test runners have timers of their own, for moments only.
const momentMs = 500;
const leftWithinMs = 2000;

/** What is open all the time: the least of each kind within a moment. */
export async function lastingResources(): Promise<OpenResources> {
  const samples: OpenResources[] = [];
  for (const end = performance.now() + momentMs; performance.now() < end; await tick()) samples.push(openNow());
  const least = (kind: string) => Math.min(...samples.map((sample) => sample[kind] ?? 0));
  return Object.fromEntries(Object.keys(samples[0] ?? {}).map((kind) => [kind, least(kind)]));
}

/** Waits until there is no more open than before. Throws an Error that says what is left. */
export async function expectNothingLeft(before: OpenResources): Promise<void> {
  const giveUpAt = performance.now() + leftWithinMs;
  for (;;) {
    const left = Object.entries(openNow()).filter(([kind, count]) => count > (before[kind] ?? 0));
    if (left.length === 0) return;
    if (performance.now() > giveUpAt)
      throw new Error(`left open: ${left.map(([kind, count]) => `${count - (before[kind] ?? 0)} ${kind}`).join(", ")}`);
    // Its timer is gone when the next look is taken.
    await tick();
  }
}

function openNow(): OpenResources {
  const counts: Record<string, number> = {};
  // What the file system is asked is over in a moment.
  for (const kind of process.getActiveResourcesInfo())
    if (!/^(FSReq|CloseReq|Immediate)/.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
