// Every ```ts block of every README compiles against the packages as they are.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { run, workspaceTool } from "../toolchain/run.mjs";
import { publishedPackages, root } from "../workspace.mjs";
import { projectFiles } from "./files.ts";
import { examplesOf, foreignFences } from "./readme.ts";

const readmes = projectFiles().filter((file) => /(^|\/)README\.md$/.test(file));

// Inside each package's folder, so that an example finds the dependencies of its package and no others.
const scratch = (readme: string) => join(root, readme, "..", ".tmp", "readme");
const programs = readmes.flatMap((readme) =>
  examplesOf(readFileSync(join(root, readme), "utf8")).map(({ line, code }) => ({
    file: join(scratch(readme), `line-${line}.ts`),
    code,
  })),
);

afterAll(() => {
  for (const readme of readmes) rmSync(scratch(readme), { recursive: true, force: true });
});

test("all code in READMEs that could be compiled is marked `ts`", () => {
  expect(
    readmes.flatMap((readme) => foreignFences(readFileSync(join(root, readme), "utf8")).map((f) => `${readme}: ${f}`)),
  ).toEqual([]);
});

test("the examples of all READMEs compile", async () => {
  for (const { file, code } of programs) {
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, code);
  }
  const folder = scratch("README.md");
  mkdirSync(folder, { recursive: true });
  const config = join(folder, "tsconfig.json");
  writeFileSync(config, JSON.stringify(project()));
  const { ok, output } = await run([workspaceTool("tsc"), "-p", config]);
  expect(ok ? "" : output).toBe("");
});

function project() {
  return {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      noEmit: true,
      // An example may show several packages together, whichever package's README it is in.
      paths: Object.fromEntries(publishedPackages().flatMap(entriesOf)),
      // An example's own `./gen/…` is what the greeter of examples/helloworld was compiled to.
      rootDirs: [join(root, "examples/helloworld/src"), ...readmes.map(scratch)],
    },
    files: programs.map(({ file }) => file),
  };
}

function entriesOf({
  folder,
  manifest,
}: {
  folder: string;
  manifest: { name: string; exports: Record<string, string> };
}) {
  return Object.entries(manifest.exports)
    .filter(([, file]) => file.endsWith(".ts"))
    .map(([entry, file]) => [join(manifest.name, entry), [join(root, folder, file)]]);
}
