import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { root } from "../workspace.mjs";
import { ensureGoModule } from "./go-module.ts";

let folder = "";
let sources = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kratos-go-module-"));
  sources = join(folder, "peer");
  mkdirSync(sources);
  writeFileSync(join(sources, "go.mod"), "module peer\n");
  writeFileSync(join(sources, "main.go"), "package main\n");
  vi.stubEnv("KRATOS_TS_CACHE", join(folder, "cache"));
  vi.stubEnv("PATH", folder);
  writeFileSync(join(folder, "go"), `#!/bin/sh\n: > "$3/peer"\n`);
  chmodSync(join(folder, "go"), 0o755);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const ensure = () => ensureGoModule({ folder: relative(root, sources) });

test("builds a module once for each state of its sources", async () => {
  const first = await ensure();
  expect(readdirSync(String(first))).toEqual(["peer"]);
  expect(await ensure()).toBe(first);
  writeFileSync(join(sources, "README.md"), "not read by a build");
  expect(await ensure()).toBe(first);
  writeFileSync(join(sources, "main.go"), "package main\n\nfunc main() {}\n");
  expect(await ensure()).not.toBe(first);
});

test("where Go is missing its tests are left out, and one line says so; not so in CI", async () => {
  rmSync(join(folder, "go"));
  vi.stubEnv("CI", "");
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  expect(await ensure()).toBeUndefined();
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/^left out: tests with .*peer/)]]);
  vi.stubEnv("CI", "true");
  await expect(ensure()).rejects.toThrow("is needed in CI");
});
