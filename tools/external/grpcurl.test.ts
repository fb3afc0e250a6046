import { expect, test } from "vitest";
import { mustRun } from "../toolchain/run.mjs";
import { ensureGrpcurl } from "./grpcurl.ts";

const grpcurl = await ensureGrpcurl();

test.skipIf(!grpcurl)("grpcurl runs", async () => {
  expect(await mustRun([String(grpcurl), "-version"])).toContain("grpcurl");
});
