/**
 * The first value of a header in node's list of names and values as they came, without parsing the others. `name` is
 * in lower case.
 */
export function rawHeader(list: readonly string[], name: string): string | undefined {
  for (let i = 0; i < list.length; i += 2) {
    const each = list[i] as string;
    if (each.length === name.length && (each === name || each.toLowerCase() === name)) return list[i + 1];
  }
  return undefined;
}

/** Every value of a header. */
export function rawHeaders(list: readonly string[], name: string): string[] {
  const found: string[] = [];
  for (let i = 0; i < list.length; i += 2) {
    const each = list[i] as string;
    if (each.length === name.length && (each === name || each.toLowerCase() === name))
      found.push(list[i + 1] as string);
  }
  return found;
}
