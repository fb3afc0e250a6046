import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");

/** The names in `export { … }` statements. */
function exportedNames(source: string): string[] {
  return [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)]
    .flatMap(([, list = ""]) => list.split(","))
    .map((name) => name.trim().replace("type ", ""))
    .filter((name) => name !== "");
}

test("the README names every export, and nothing in its table that is none", () => {
  const table = read("../README.md").match(/^\| group.*?\n\n/ms)![0];
  const listed = [...table.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
  // The tests of the named errors go without saying.
  const exported = exportedNames(read("./index.ts")).filter((name) => !/^is[A-Z]/.test(name));
  expect(listed.filter((name) => name !== "isBadRequest").sort()).toEqual(exported.sort());
});
