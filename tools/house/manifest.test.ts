// What every published package says of itself.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { publishedPackages, root } from "../workspace.mjs";

describe.each(publishedPackages())("$manifest.name", ({ folder, manifest }) => {
  const text = (file: string) => readFileSync(join(root, folder, file), "utf8");

  test("is named after its folder", () => {
    expect(manifest.name).toBe(`@kratos-ts/${folder.split("/")[1]}`);
  });

  test("says what it is and where it comes from", () => {
    expect(manifest).toMatchObject({
      description: expect.stringMatching(/\w{3}/),
      keywords: expect.arrayContaining(["kratos"]),
      license: "MIT",
      homepage: `https://github.com/kratos-ts/kratos/tree/main/${folder}#readme`,
      repository: { type: "git", url: "git+https://github.com/kratos-ts/kratos.git", directory: folder },
    });
    expect(text("LICENSE")).toBe(readFileSync(join(root, "LICENSE"), "utf8"));
  });

  test("is an ESM package without side effects for Node 22.18 and later", () => {
    expect(manifest).toMatchObject({ type: "module", sideEffects: false, engines: { node: ">=22.18" } });
  });

  test("has a README that starts with its name and tells how to install it", () => {
    expect(text("README.md").startsWith(`# ${manifest.name}\n`)).toBe(true);
    expect(text("README.md")).toContain(`npm install ${manifest.name}`);
  });

  test("publishes what is built, with the sources that its maps point at, and no tests", () => {
    expect(manifest.files).toEqual(expect.arrayContaining(["dist", "src", "!src/**/*.test.ts"]));
    expect(manifest.publishConfig.access).toBe("public");
  });

  test("exports sources in the workspace and the same entries from dist when published", () => {
    expect(Object.keys(manifest.publishConfig.exports)).toEqual(Object.keys(manifest.exports));
    for (const [entry, source] of Object.entries<string>(manifest.exports)) {
      expect(manifest.publishConfig.exports[entry]).toEqual(published(source));
      if (!source.includes("*")) expect(existsSync(join(root, folder, source)), source).toBe(true);
    }
  });

  test("takes third-party versions from the catalog of the workspace", () => {
    const { dependencies = {}, devDependencies = {}, peerDependencies = {} } = manifest;
    const ranges: Record<string, string> = { ...devDependencies, ...dependencies };
    const wanted = Object.keys(ranges).map((name) => [
      name,
      name.startsWith("@kratos-ts/") ? "workspace:^" : "catalog:",
    ]);
    expect(ranges).toEqual(Object.fromEntries(wanted));
    // A peer's range is wide on purpose, but core is never a peer.
    expect(Object.keys(peerDependencies)).not.toContain("@kratos-ts/core");
  });
});

/** Where a source entry is found once published. */
function published(source: string): unknown {
  if (!source.startsWith("./src/")) return source;
  const built = source.replace("./src/", "./dist/").replace(/\.ts$/, "");
  return { types: `${built}.d.ts`, default: `${built}.js` };
}
