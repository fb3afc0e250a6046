import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, it } from "vitest";

const maxBytes = 25_000;

/** What a page gets of ours: everything but the packages that it has anyway. */
async function bundle() {
  const { outputFiles, metafile } = await build({
    entryPoints: [new URL("index.ts", import.meta.url).pathname],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["@bufbuild/*", "@connectrpc/*"],
    metafile: true,
    write: false,
  });
  return { code: outputFiles[0]?.contents as Uint8Array, inputs: Object.keys(metafile.inputs) };
}

it("is small", async () => {
  const { code } = await bundle();
  const packed = gzipSync(code, { level: 9 }).length;
  console.log(`@kratos-ts/transport-http/fetch: ${code.length} bytes, ${packed} with gzip (at most ${maxBytes})`);
  expect(packed).toBeLessThanOrEqual(maxBytes);
});

it("imports nothing of Node", async () => {
  const { code, inputs } = await bundle();
  const imported = [
    ...Buffer.from(code)
      .toString()
      .matchAll(/(?:from|import)\s*\(?["']([^"']+)["']/g),
  ].map(([, name]) => name);
  expect(new Set(imported.map((name) => name?.split("/").slice(0, 2).join("/")))).toEqual(
    new Set(["@bufbuild/protobuf"]),
  );
  // By the files alone: what is published has shared files, of which bundlers can't leave out a part.
  const foreign = /src\/server\/|wire\/pool|codec\/json\/json-reader|query\/decode-query|codec\/form-codec/;
  expect(inputs.filter((path) => foreign.test(path))).toEqual([]);
});
