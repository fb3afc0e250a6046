const list = /^export\s+(type\s+)?\{([^}]*)\}/gm;
const declaration = /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(\w+)\*?\s+(\w+)/gm;
const erased = new Set(["type", "interface"]);

/**
 * The names that a module exports, sorted; those that exist as types only are marked with `type`.
 * `export *` and default exports hide or lack a name, so they are refused.
 */
export function exportNames(source: string): string[] {
  const nameless = /^export\s+(\*|default\b).*$/m.exec(source);
  if (nameless) throw new Error(`exports must be named: ${nameless[0]}`);
  return [...listed(source), ...declared(source)].sort((a, b) => (bare(a) < bare(b) ? -1 : 1));
}

function listed(source: string): string[] {
  return [...source.matchAll(list)].flatMap(([, type = "", names = ""]) =>
    names
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean)
      .map((name) => `${type ? "type " : ""}${name.replace(/\S+\s+as\s+/, "")}`),
  );
}

function declared(source: string): string[] {
  return [...source.matchAll(declaration)].map(([, kind = "", name = ""]) =>
    erased.has(kind) ? `type ${name}` : name,
  );
}

function bare(name: string): string {
  return name.replace(/^type /, "");
}
