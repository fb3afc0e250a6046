// What Go Kratos resolves the same sources to.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ConfigKeyValue, ConfigSource } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import vectors from "../testdata/config-merge.json" with { type: "json" };
import type { Config } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { envSource } from "./env-source.ts";
import { fileSource } from "./file-source.ts";
import { loadConfig } from "./load-config.ts";

interface Reads {
  readonly scan?: unknown;
  readonly string?: string;
  readonly int?: number;
  readonly float?: number;
  readonly bool?: boolean;
  readonly missing?: boolean;
  readonly error?: string;
}

interface Case {
  readonly name: string;
  readonly sources?: readonly (readonly { key: string; value: string; format?: string }[])[];
  readonly env?: Record<string, string>;
  readonly prefixes?: readonly string[];
  readonly files?: Record<string, string>;
  readonly path?: string;
  readonly loaded?: readonly { key: string; format: string; value: string }[];
  readonly actualTypes?: boolean;
  readonly scan?: unknown;
  readonly values?: Record<string, Reads>;
  readonly error?: string;
}

/** Where ours does better, and why. */
const differences: Record<string, { reason: string; scan: unknown }> = {
  "large number in a placeholder": {
    reason: "Go writes 12345678 as 1.2345678e+07, which no reader of an integer takes (a flaw)",
    scan: { a: "12345678", b: "1e+21", f: 1e21, n: 12345678 },
  },
  "file yml": { reason: "the usual short name of YAML is read as YAML", scan: { a: 1 } },
};

const encode = (text: string) => new TextEncoder().encode(text);

function sourcesOf({ sources = [], env, prefixes }: Case): ConfigSource[] {
  const fixed = sources.map((keyValues, i) => ({
    name: `source ${i}`,
    load: async (): Promise<ConfigKeyValue[]> =>
      keyValues.map(({ key, value, format }) => ({ key, value: encode(value), format })),
  }));
  return env === undefined ? fixed : [...fixed, envSource({ env, prefixes })];
}

function checkReads(config: Config<unknown>, path: string, reads: Reads): void {
  // Go panics when it reads a null.
  const missing = reads.missing === true || reads.error?.startsWith("panic") === true;
  const value = config.value(path);
  expect(value, path).toEqual(missing ? undefined : reads.scan);
  if (missing) return;
  if (reads.string !== undefined) expect(config.string(path), path).toBe(reads.string);
  if (reads.int !== undefined) expect(config.int(path), path).toBe(reads.int);
  else if (reads.string !== undefined) expect(() => config.int(path), path).toThrow(ConfigError);
  if (reads.float !== undefined) expect(config.float(path), path).toBe(reads.float);
  if (reads.bool !== undefined) expect(config.boolean(path), path).toBe(reads.bool);
  else if (reads.string !== undefined) expect(() => config.boolean(path), path).toThrow(ConfigError);
}

const cases = vectors.cases as unknown as Case[];

describe.each(cases)("$name", (each) => {
  const known = differences[each.name];

  const load = async (sources: ConfigSource[]) => {
    const loading = loadConfig({ sources, resolveActualTypes: each.actualTypes, watch: false });
    if (each.error !== undefined && known === undefined)
      return void (await expect(loading).rejects.toThrow(ConfigError));
    const config = await loading;
    expect(config.data).toEqual(known?.scan ?? each.scan);
    if (known !== undefined) expect(config.data).not.toEqual(each.scan);
    for (const [path, reads] of Object.entries(each.values ?? {})) checkReads(config, path, reads);
  };

  if (each.files === undefined) test("resolves as in Go", () => load(sourcesOf(each)));
  else test("is read from files as in Go", () => loadFiles(each, load));
});

async function loadFiles(each: Case, load: (sources: ConfigSource[]) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kratos-config-"));
  try {
    for (const [name, text] of Object.entries(each.files ?? {})) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    const source = fileSource({ path: join(folder, each.path ?? "") });
    const loaded = (await source.load()).map(({ value, ...rest }) => ({ ...rest, value: String(value) }));
    expect(loaded).toEqual(each.loaded);
    await load([source]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("every difference is of a case", () => {
  const names = new Set(cases.map(({ name }) => name));
  expect(Object.keys(differences).filter((name) => !names.has(name))).toEqual([]);
});
