/** Random numbers in [0, 1) that a seed determines. Mulberry32 by Tommy Ettinger. */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One of them. Throws an Error for an empty list. */
export function oneOf<T>(list: readonly T[], random: () => number): T {
  const chosen = list[Math.floor(random() * list.length)];
  if (chosen === undefined) throw new Error("there is none to choose");
  return chosen;
}

/** The same in another order. */
export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const marked = list.map((item) => ({ item, mark: random() }));
  return marked.sort((a, b) => a.mark - b.mark).map(({ item }) => item);
}
