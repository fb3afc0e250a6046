import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

// Which modules a process has loaded, before its first call of Connect and after.
const program = `
  import { registerHooks } from "node:module";
  const loaded = [];
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
  const { createGrpcServer } = await import(${JSON.stringify(new URL("../grpc-server.ts", import.meta.url).href)});
  const server = createGrpcServer({ address: "127.0.0.1:0" });
  await server.start();
  const count = () => loaded.filter((url) => url.includes("@connectrpc") || url === "node:http").length;
  const before = count();
  const url = server.endpoint().replace("grpc:", "http:") + "/grpc.health.v1.Health/Check";
  const reply = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
  console.log(JSON.stringify({ before, after: count() > before, reply: await reply.json() }));
  await server.stop({ signal: AbortSignal.timeout(100) });
`;

it("loads gRPC-Web and Connect with the first call of them, so that native gRPC starts without", async () => {
  const args = ["--no-warnings", "--input-type=module", "-e", program];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual({ before: 0, after: true, reply: { status: "SERVING" } });
});
