// What no file of the project may hold.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../workspace.mjs";
import { projectFiles } from "./files.ts";

const MAX_LINES = 400;

const files = projectFiles();
const textOf = (file: string) => readFileSync(join(root, file), "utf8");

test("hand-written sources have no more than 400 lines", () => {
  const sources = files.filter((file) => /\.[mc]?[jt]s$/.test(file) && !file.endsWith("_pb.ts"));
  expect(sources.filter((file) => textOf(file).split("\n").length - 1 > MAX_LINES)).toEqual([]);
});

// A path or a host that exists on one machine only makes a file useless on all others.
test("no file names a place on somebody's machine", () => {
  const place = /(^|[\s"'`(=:])\/(work|root|home\/\w+|Users\/\w+)\//m;
  expect(files.filter((file) => place.test(textOf(file)))).toEqual([]);
});

test("the lockfile names no host, so that it works with every registry", () => {
  expect(textOf("pnpm-lock.yaml").match(/^.*https?:\/\/.*$/gm)).toBeNull();
});

test("no file names the host of a registry", () => {
  const host = new RegExp(
    ["registry", "proxy"].map((kind) => `\\b${kind}\\.(npmjs|npmmirror|yarnpkg|golang)\\b`).join("|"),
  );
  expect(files.filter((file) => host.test(textOf(file)))).toEqual([]);
});
