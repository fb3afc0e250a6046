// Runs in an empty project that has installed the packed packages (see consumer.ts): a whole service, and its callers.
import assert from "node:assert/strict";
import { getOption } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createApp } from "@kratos-ts/app";
import { errorNotFound, KratosError } from "@kratos-ts/core";
import { http } from "@kratos-ts/core/proto/google/api/annotations_pb.js";
import { createGrpcServer, createGrpcTransport } from "@kratos-ts/transport-grpc";
import { createHttpServer, createHttpTransport } from "@kratos-ts/transport-http";
import { Greeter } from "./gen/helloworld/v1/greeter_pb.ts";

const greeter = {
  async sayHello({ name }, ctx) {
    if (name === "nobody") throw errorNotFound("USER_NOT_FOUND", `user ${name} not found`);
    return { message: `Hello ${name} over ${ctx.transport.kind}` };
  },
};

assert.deepEqual(getOption(Greeter.method.sayHello, http).pattern, { case: "get", value: "/helloworld/{name}" });

const calls = [];
const middleware = [
  (next) => async (req, ctx) => {
    calls.push(ctx.transport.operation);
    return next(req, ctx);
  },
];
const servers = [
  createHttpServer({ address: "127.0.0.1:0", middleware }),
  createGrpcServer({ address: "127.0.0.1:0", middleware }),
];
for (const server of servers) server.service(Greeter, greeter);

const started = Promise.withResolvers();
const app = createApp({ name: "smoke", servers, hooks: { afterStart: () => started.resolve() }, signals: [] });
const running = app.run();
await Promise.race([started.promise, running]);

const [httpEndpoint, grpcEndpoint] = app.info.endpoints;
await checkCaller("http", createHttpTransport({ endpoint: httpEndpoint }));
await checkCaller("grpc", createGrpcTransport({ endpoint: grpcEndpoint }));
assert.deepEqual(calls, Array(4).fill("/helloworld.v1.Greeter/SayHello"));

await app.stop();
await running;

async function checkCaller(kind, transport) {
  const client = createClient(Greeter, transport);
  assert.equal((await client.sayHello({ name: "kratos" })).message, `Hello kratos over ${kind}`);
  const error = await client.sayHello({ name: "nobody" }).catch((thrown) => thrown);
  assert(error instanceof KratosError);
  assert.deepEqual([error.code, error.reason, error.message], [404, "USER_NOT_FOUND", "user nobody not found"]);
  await transport[Symbol.asyncDispose]();
}
