/** What a component that is no UTF-8 unescapes to. */
export const notUtf8: unique symbol = Symbol("not UTF-8");

/** A component of a query, unescaped: `+` is a space. Undefined when an escape is malformed. */
export function unescapeQuery(text: string): string | typeof notUtf8 | undefined {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return /%(?![0-9A-Fa-f]{2})/.test(spaced) ? undefined : notUtf8;
  }
}

/** The inverse, with the same characters escaped as by Go's `url.QueryEscape`. */
export function escapeQuery(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]|%20/g, (found) => {
    return found === "%20" ? "+" : `%${found.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

const ampersand = 0x26;

/** A pair of a query, still escaped; `isPlain` when there is nothing in it to unescape or refuse. */
export type VisitPair = (key: string, value: string, isPlain: boolean) => void;

/** Calls `visit` with each pair; `value` is empty where there is no equals sign. */
export function forEachPair(rawQuery: string, visit: VisitPair): void {
  let start = 0;
  let equals = -1;
  let isPlain = true;
  for (let i = 0; i <= rawQuery.length; i++) {
    const char = i === rawQuery.length ? ampersand : rawQuery.charCodeAt(i);
    if (char === ampersand) {
      const end = equals < 0 ? i : equals;
      if (i > start) visit(rawQuery.slice(start, end), rawQuery.slice(end + 1, i), isPlain);
      start = i + 1;
      equals = -1;
      isPlain = true;
    } else if (char === 0x3d && equals < 0) equals = i;
    else if (char === 0x25 || char === 0x2b || char === 0x3b) isPlain = false;
  }
}
