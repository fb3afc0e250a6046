// The chain of the service over both transports, as its callers and its operators see it.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ServiceProcess } from "./load/service-process.ts";
import { createOrdersClient } from "./orders-client.ts";

const secret = "a secret that is long enough: 32 bytes";
let folder: string;
let service: ServiceProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kratos-governance-"));
  service = new ServiceProcess({ secret, logFile: join(folder, "orders.log") });
  await service.start();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const client = (over: "grpc" | "http", signedWith = secret) =>
  createOrdersClient({ endpoint: service.endpoints[over], secret: signedWith });

describe.each(["grpc", "http"] as const)("over %s", (over) => {
  test("a good call is answered, logged without what is secret, and counted", async () => {
    await using orders = client(over);
    expect(await orders.quote("book", 2)).toBe(800n);
    const lines = async () =>
      (await readFile(join(folder, "orders.log"), "utf8"))
        .split("\n")
        .filter((line) => line.includes("server request") && line.includes(`"component":"${over}"`));
    await expect.poll(lines).toContainEqual(expect.stringContaining('"code":200'));
    expect((await lines()).join("\n")).not.toContain("4000 1234");
    const metrics = await (await fetch(`${service.endpoints.http}/metrics`)).text();
    expect(metrics).toMatch(
      new RegExp(`server_requests_code_total{.*kind="${over}",operation="/orders.v1.Orders/Quote",code="200".*} 1`),
    );
  });

  test("a request that breaks a rule is refused", async () => {
    await using orders = client(over);
    await expect(orders.quote("book", 0)).rejects.toMatchObject({ code: 400, reason: "VALIDATOR" });
  });

  test("a caller that signs with another secret is refused", async () => {
    await using orders = client(over, "another secret that is long enough, too");
    await expect(orders.quote("book", 2)).rejects.toMatchObject({ code: 401, reason: "UNAUTHORIZED" });
  });
});
