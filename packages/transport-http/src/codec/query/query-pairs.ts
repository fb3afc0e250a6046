/** What a component that is no UTF-8 unescapes to. */
export const notUtf8: unique symbol = Symbol("not UTF-8");

/** A component of a query, unescaped: `+` is a space. Undefined when an escape is malformed. */
export function unescapeQuery(text: string): string | typeof notUtf8 | undefined {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  if (/%(?![0-9A-Fa-f]{2})/.test(spaced)) return undefined;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return notUtf8;
  }
}

/** The inverse, with the same characters escaped as by Go's `url.QueryEscape`. */
export function escapeQuery(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]|%20/g, (found) => {
    return found === "%20" ? "+" : `%${found.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

/** Calls `visit` with each pair of a query, still escaped; `value` is empty where there is no equals sign. */
export function forEachPair(rawQuery: string, visit: (key: string, value: string) => void): void {
  let start = 0;
  while (start < rawQuery.length) {
    let end = rawQuery.indexOf("&", start);
    if (end < 0) end = rawQuery.length;
    if (end > start) {
      const equals = rawQuery.indexOf("=", start);
      if (equals < 0 || equals > end) visit(rawQuery.slice(start, end), "");
      else visit(rawQuery.slice(start, equals), rawQuery.slice(equals + 1, end));
    }
    start = end + 1;
  }
}
