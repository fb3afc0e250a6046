import { expect, test } from "vitest";
import { importsOf, leaves, packageOf } from "./imports.ts";

test("finds every way to import a module", () => {
  const source = `
    import { a } from "a";
    import type { B } from './b.ts';
    export * from "@scope/c/sub";
    import "d";
    const e = await import("e");
    type F = import("f").F;
    import {
      g,
    } from "g";
  `;
  expect(importsOf(source)).toEqual(["a", "./b.ts", "@scope/c/sub", "d", "e", "f", "g"]);
});

test.each([
  ["zod", "zod"],
  ["zod/v4", "zod"],
  ["@kratos-ts/core", "@kratos-ts/core"],
  ["@kratos-ts/core/proto/errors/errors_pb.js", "@kratos-ts/core"],
])("%s is of the package %s", (specifier, name) => {
  expect(packageOf(specifier)).toBe(name);
});

test.each([
  ["packages/a/src/x.ts", "./y.ts", false],
  ["packages/a/src/deep/x.ts", "../y.ts", false],
  ["packages/a/src/x.ts", "../testdata/y.ts", false],
  ["packages/a/src/x.ts", "../../b/src/y.ts", true],
  ["packages/a/src/x.ts", "node:fs", false],
])("in packages/a, %s importing %s leaves the package: %s", (file, specifier, expected) => {
  expect(leaves("packages/a", file, specifier)).toBe(expected);
});
