import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ensureGoTool } from "./go-tool.ts";

const tool = { module: "example.com/hello", version: "v1.0.0", bin: "hello" };
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kratos-go-tool-"));
  vi.stubEnv("KRATOS_TS_CACHE", join(folder, "cache"));
  vi.stubEnv("PATH", folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Puts a `go` into PATH that does this. */
function fakeGo(script: string) {
  writeFileSync(join(folder, "go"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "go"), 0o755);
}

test("builds a tool once and finds it afterwards", async () => {
  fakeGo(`echo "$2" > "$GOBIN/hello"`);
  const built = await ensureGoTool(tool);
  fakeGo("exit 1");
  expect(await ensureGoTool(tool)).toBe(built);
  expect(built).toBe(join(folder, "cache/hello/v1.0.0/hello"));
});

test("where Go is missing the tests are left out, and one line says so", async () => {
  vi.stubEnv("CI", "");
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  expect(await ensureGoTool(tool)).toBeUndefined();
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/^left out: tests with hello.*go\.dev\/dl.*$/)]]);
});

test("a build that fails leaves nothing behind, and the next one starts afresh", async () => {
  vi.stubEnv("CI", "true");
  fakeGo(`echo half > "$GOBIN/hello"; echo "no such module"; exit 1`);
  await expect(ensureGoTool(tool)).rejects.toThrow("no such module");
  fakeGo(`echo whole > "$GOBIN/hello"`);
  expect(await ensureGoTool(tool)).toContain("hello");
});

test("in CI nothing is left out", async () => {
  vi.stubEnv("CI", "true");
  await expect(ensureGoTool(tool)).rejects.toThrow("hello is needed in CI");
});
