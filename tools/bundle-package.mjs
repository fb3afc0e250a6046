// The JavaScript of a published package: one file an entry, with what entries share in files of their own.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/**
 * Bundles the package in `folder` into its `dist`, or another folder in its place: Node takes longer to find, read and
 * link two hundred small modules than to run them. What a package imports stays imported; the sources, which source
 * maps lead to, are published beside it.
 *
 * @param {string} folder
 * @param {string} [dist]
 */
export async function bundlePackage(folder, dist = join(folder, "dist")) {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  await build({
    entryPoints: entriesOf(manifest.publishConfig.exports, folder),
    outbase: join(folder, "src"),
    outdir: dist,
    absWorkingDir: folder,
    bundle: true,
    splitting: true,
    packages: "external",
    format: "esm",
    platform: "neutral",
    target: "es2023",
    sourcemap: "linked",
    sourcesContent: false,
    chunkNames: "chunks/[name]-[hash]",
    logLevel: "warning",
  });
}

/**
 * The sources of the files that the published `exports` point at.
 *
 * @param {Record<string, string | { default: string }>} exports
 * @param {string} folder
 */
function entriesOf(exports, folder) {
  return (
    Object.values(exports)
      .flatMap((target) => (typeof target === "string" ? [] : [target.default]))
      .filter((file) => file.endsWith(".js"))
      .map((file) => file.replace("./dist/", "src/").replace(/\.js$/, ".ts"))
      // A star of `exports` stands for folders too.
      .flatMap((file) => (file.includes("*") ? globSync(file.replace("*", "**/*"), { cwd: folder }) : [file]))
      .map((file) => join(folder, file))
  );
}
