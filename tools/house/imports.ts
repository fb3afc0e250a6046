import { dirname, join, relative } from "node:path";

// `from "x"`, `import "x"`, `import("x")`, and the same of modules that a test replaces.
const specifier = /(?:\bfrom|\bimport|\bimport\(|\bvi\.mock\()\s*["']([^"'\n]+)["']/g;

/** The modules that a source names, types included. */
export function importsOf(source: string): string[] {
  return [...source.matchAll(specifier)].map((match) => match[1] ?? "");
}

/** The package that a bare specifier names. */
export function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Whether a relative specifier, written in `file`, points out of `folder`. */
export function leaves(folder: string, file: string, specifier: string): boolean {
  return specifier.startsWith(".") && relative(folder, join(dirname(file), specifier)).startsWith("..");
}
