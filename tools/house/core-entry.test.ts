// Core's main entry imports nothing at run time, and loads where there is no Node.
import { join } from "node:path";
import { createContext, Script } from "node:vm";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { root } from "../workspace.mjs";

// Bundling for a browser refuses node: modules, and lists every module that is left when types are gone.
const bundled = build({
  absWorkingDir: root,
  entryPoints: ["packages/core/src/index.ts"],
  bundle: true,
  format: "iife",
  globalName: "core",
  metafile: true,
  platform: "browser",
  target: "es2023",
  write: false,
});

test("core's main entry reaches only core's own sources, and none of its protos", async () => {
  const { metafile } = await bundled;
  const modules = Object.entries(metafile.inputs);
  expect(modules.map(([path]) => path).filter((path) => !/^packages\/core\/src\/(?!proto\/)/.test(path))).toEqual([]);
  expect(modules.flatMap(([, module]) => module.imports.filter((found) => found.external))).toEqual([]);
});

test("core's main entry loads in a browser", async () => {
  const { outputFiles } = await bundled;
  // Language built-ins only, plus what every browser has; above all no process, require or Buffer.
  const browser = createContext({ AbortController, AbortSignal, DOMException, clearTimeout, performance, setTimeout });
  new Script(outputFiles[0]?.text ?? "", { filename: join(root, "core.js") }).runInContext(browser);
  expect(new Script("new core.KratosError({ code: 404, reason: 'GONE' }).reason").runInContext(browser)).toBe("GONE");
  expect(new Script("core.currentContext()").runInContext(browser)).toBeUndefined();
});
