/** `item.price_cents` as `item.priceCents`. */
export function camelCasePath(path: string): string {
  return path.replace(/_+([a-z]?)/g, (_, letter: string) => letter.toUpperCase());
}

/** `item.priceCents` as `item.price_cents`. */
export function snakeCasePath(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The text of a field mask; undefined when a path would not come back as it was. */
export function formatFieldMask(paths: readonly string[]): string | undefined {
  const camel = paths.map(camelCasePath);
  return paths.every((path, i) => isPath(path) && snakeCasePath(camel[i]!) === path) ? camel.join(",") : undefined;
}

/** Reads the text of a field mask; undefined when a path is none. */
export function parseFieldMask(text: string): string[] | undefined {
  if (text.trim() === "") return [];
  const camel = text.trim().split(",");
  const paths = camel.map(snakeCasePath);
  return paths.every((path, i) => isPath(path) && !camel[i]!.includes("_")) ? paths : undefined;
}

/** Field names joined by dots, or `*` for all (https://google.aip.dev/134). */
function isPath(path: string): boolean {
  return path === "*" || /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(path);
}
