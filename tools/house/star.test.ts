// The star: every package depends on core and on no other package of ours; its tests may use the contract suites as well.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { publishedPackages, root } from "../workspace.mjs";
import { projectFiles } from "./files.ts";
import { importsOf, leaves, packageOf } from "./imports.ts";

const core = "@kratos-ts/core";
const testing = "@kratos-ts/testing";
const kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
const isOurs = (name: string) => name.startsWith("@kratos-ts/");

/** Real servers, and programs of other languages: what a test needs beyond npm. */
function isToolOfTest(file: string, specifier: string): boolean {
  const isTest = /\.test\.ts$/.test(file) || file.split("/")[2] === "testdata";
  return isTest && /^tools\/(external|servers)\//.test(join(dirname(file), specifier).replaceAll("\\", "/"));
}

describe.each(publishedPackages())("$manifest.name", ({ folder, manifest }) => {
  test("depends on core and on no other package of ours", () => {
    const dependencies = kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}).map((name) => ({ kind, name })));
    const allowed = ({ kind, name }: { kind: string; name: string }) =>
      name === core || (name === testing && kind === "devDependencies");
    expect(dependencies.filter((dependency) => isOurs(dependency.name) && !allowed(dependency))).toEqual([]);
  });

  const sources = projectFiles(folder).filter((file) => /\.[mc]?[jt]s$/.test(file));

  test("imports itself, core and nothing else of ours, but for the contract suites in tests", () => {
    const allowed = (file: string) => [core, manifest.name, ...(file.endsWith(".test.ts") ? [testing] : [])];
    const foreign = sources.flatMap((file) =>
      importsOf(readFileSync(join(root, file), "utf8"))
        .filter((specifier) => isOurs(specifier) && !allowed(file).includes(packageOf(specifier)))
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(foreign).toEqual([]);
  });

  test("imports no file from outside its folder, but for tests that need a tool", () => {
    const outside = sources.flatMap((file) =>
      importsOf(readFileSync(join(root, file), "utf8"))
        .filter((specifier) => leaves(folder, file, specifier) && !isToolOfTest(file, specifier))
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(outside).toEqual([]);
  });
});
