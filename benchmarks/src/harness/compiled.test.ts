import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { grpcHello } from "../loads.ts";
import { Child } from "./child.ts";
import { compile } from "./compiled.ts";
import { probe } from "./probe.ts";

it("compiles a program and our packages to JavaScript that runs by itself", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kratos-compiled-"));
  try {
    const compiled = await compile(["servers/kratos-both.ts"], folder);
    const node = compiled.get("servers/kratos-both.ts") as string;
    expect(node.startsWith(folder)).toBe(true);
    // Nothing but JavaScript can be loaded so.
    await using server = await Child.start({ command: [process.execPath, "--no-experimental-strip-types", node] });
    await probe(grpcHello, server.port);
  } finally {
    await rm(folder, { recursive: true });
  }
});
