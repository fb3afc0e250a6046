import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parts } from "../suites/parts.ts";
import { replaceResults } from "./readme.ts";

const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");

it.each([...parts.keys()])("the README has a place for the results of %s", (part) => {
  expect(replaceResults(readme, part, "measured")).toContain("measured");
});
