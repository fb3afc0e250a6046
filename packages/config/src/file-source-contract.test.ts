import { mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeConfigSourceContract } from "@kratos-ts/testing";
import { fileSource } from "./file-source.ts";

describeConfigSourceContract("a folder", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kratos-config-"));
  return {
    source: fileSource({ path: folder, settleMs: 10 }),
    async write(texts) {
      for (const [key, text] of Object.entries(texts)) {
        await writeFile(join(folder, ".draft"), text);
        await rename(join(folder, ".draft"), join(folder, key));
      }
      for (const name of await readdir(folder)) if (!Object.hasOwn(texts, name)) await rm(join(folder, name));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
});
