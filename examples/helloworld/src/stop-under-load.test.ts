// A rolling restart must lose nothing: whatever a server has begun to work on is answered before it stops.
import { setTimeout as delay } from "node:timers/promises";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { Client, credentials } from "@grpc/grpc-js";
import { createApp } from "@kratos-ts/app";
import type { Middleware } from "@kratos-ts/core";
import { createGrpcServer, createGrpcTransport } from "@kratos-ts/transport-grpc";
import { createHttpServer, createHttpTransport } from "@kratos-ts/transport-http";
import { expect, test } from "vitest";
import { Greeter, HelloReplySchema, HelloRequestSchema } from "./gen/helloworld/v1/greeter_pb.ts";
import { greeter } from "./service/greeter.ts";

/** One kind of caller: a call that resolves when the name was greeted. */
interface Caller extends AsyncDisposable {
  readonly kind: string;
  call(name: string): Promise<unknown>;
}

interface Endpoints {
  readonly url: string;
  readonly address: string;
}

const callers: Array<(endpoints: Endpoints) => Caller> = [
  ({ url }) => ourClient("http", createHttpTransport({ endpoint: url })),
  ({ address }) => ourClient("grpc", createGrpcTransport({ endpoint: address })),
  ({ url }) => ({
    kind: "fetch",
    async call(name) {
      const reply = await fetch(`${url}/helloworld/${name}`);
      if (!reply.ok) throw new Error(`status ${reply.status}`);
      await reply.json();
    },
    async [Symbol.asyncDispose]() {},
  }),
  ({ address }) => grpcJsClient(new Client(address, credentials.createInsecure())),
];

function ourClient(kind: string, transport: ReturnType<typeof createHttpTransport>): Caller {
  const client = createClient(Greeter, transport);
  return {
    kind,
    call: (name) => client.sayHello({ name }),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

function grpcJsClient(client: Client): Caller {
  const serialize = (name: string) =>
    Buffer.from(toBinary(HelloRequestSchema, { $typeName: "helloworld.v1.HelloRequest", name }));
  const deserialize = (bytes: Buffer) => fromBinary(HelloReplySchema, bytes);
  const method = "/helloworld.v1.Greeter/SayHello";
  const call = (name: string) =>
    new Promise((resolve, reject) =>
      client.makeUnaryRequest(method, serialize, deserialize, name, (error, reply) =>
        error === null ? resolve(reply) : reject(error),
      ),
    );
  return { kind: "grpc-js", call, [Symbol.asyncDispose]: async () => client.close() };
}

/** Notes each call that a server begins, and works on it for a while. */
function slowWork(begun: Set<string>): Middleware {
  return (next) => async (req, ctx) => {
    begun.add(req.name);
    await delay(5 + (begun.size % 20));
    return next(req, ctx);
  };
}

const workersPerCaller = 8;
const callsBeforeStop = 400;

test("stopping under load loses no request that had begun, over both transports", async () => {
  const begun = new Set<string>();
  const answered = new Set<string>();
  const failed = new Map<string, unknown>();
  const enough = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();

  const options = { address: "127.0.0.1:0", middleware: [slowWork(begun)] };
  const http = createHttpServer(options).service(Greeter, greeter);
  const grpc = createGrpcServer(options).service(Greeter, greeter);
  await using app = createApp({
    signals: false,
    servers: [http, grpc],
    hooks: { afterStart: () => started.resolve() },
  });
  const running = app.run();
  await started.promise;

  /** Calls again and again until the server is gone. */
  async function work({ kind, call }: Caller, worker: number): Promise<void> {
    for (let i = 0; ; i++) {
      const name = `${kind}-${worker}-${i}`;
      try {
        await call(name);
      } catch (error) {
        failed.set(name, error);
        return;
      }
      answered.add(name);
      if (answered.size === callsBeforeStop) enough.resolve();
    }
  }

  const endpoints = { url: http.endpoint(), address: new URL(grpc.endpoint()).host };
  const all = callers.map((create) => create(endpoints));
  try {
    const load = all.flatMap((caller) => Array.from({ length: workersPerCaller }, (_, worker) => work(caller, worker)));
    await Promise.race([enough.promise, Promise.all(load)]);
    const inFlight = [...begun].filter((name) => !answered.has(name));
    await Promise.all([app.stop(), running, ...load]);

    // The load was on when the stop began, from each kind of caller.
    for (const { kind } of all)
      expect(
        inFlight.some((name) => name.startsWith(`${kind}-`)),
        kind,
      ).toBe(true);
    expect([...begun].filter((name) => !answered.has(name)).map((name) => [name, failed.get(name)])).toEqual([]);
    expect(failed.size).toBe(all.length * workersPerCaller);
  } finally {
    await Promise.all(all.map((caller) => caller[Symbol.asyncDispose]()));
  }
});
