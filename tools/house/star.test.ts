// The star: every package depends on core and on no other package of ours.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { publishedPackages, root } from "../workspace.mjs";
import { projectFiles } from "./files.ts";
import { importsOf, leaves, packageOf } from "./imports.ts";

const core = "@kratos-ts/core";
const kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
const isOurs = (name: string) => name.startsWith("@kratos-ts/");

describe.each(publishedPackages())("$manifest.name", ({ folder, manifest }) => {
  test("depends on core and on no other package of ours", () => {
    const dependencies = kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}));
    expect(dependencies.filter((name) => isOurs(name) && name !== core)).toEqual([]);
  });

  const sources = projectFiles(folder).filter((file) => /\.[mc]?[jt]s$/.test(file));

  test("imports itself, core and nothing else of ours, tests included", () => {
    const foreign = sources.flatMap((file) =>
      importsOf(readFileSync(join(root, file), "utf8"))
        .filter((specifier) => isOurs(specifier) && ![core, manifest.name].includes(packageOf(specifier)))
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(foreign).toEqual([]);
  });

  test("imports no file from outside its folder", () => {
    const outside = sources.flatMap((file) =>
      importsOf(readFileSync(join(root, file), "utf8"))
        .filter((specifier) => leaves(folder, file, specifier))
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(outside).toEqual([]);
  });
});
