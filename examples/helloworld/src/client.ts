// A caller: `node src/client.ts [--http http://127.0.0.1:8000] [--grpc grpc://127.0.0.1:9000]`.
import { parseArgs } from "node:util";
import { createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@kratos-ts/transport-grpc";
import { createHttpTransport } from "@kratos-ts/transport-http";
import { isContentMissing, isUserNotFound } from "./errors.ts";
import { Greeter } from "./gen/helloworld/v1/greeter_pb.ts";

const { values } = parseArgs({
  options: {
    http: { type: "string", default: "http://127.0.0.1:8000" },
    grpc: { type: "string", default: "grpc://127.0.0.1:9000" },
  },
});

try {
  await callOver("http", createHttpTransport({ endpoint: values.http }));
  await callOver("grpc", createGrpcTransport({ endpoint: values.grpc }));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Calls the greeter: for its reply, and for each of its errors. The same client works on either transport. */
async function callOver(kind: string, transport: Transport & AsyncDisposable): Promise<void> {
  const client = createClient(Greeter, transport);
  try {
    for (const name of ["kratos", "nobody", " "]) {
      const outcome = await client.sayHello({ name }).then(({ message }) => message, describe);
      console.log(`${kind} sayHello(${JSON.stringify(name)}): ${outcome}`);
    }
  } finally {
    await transport[Symbol.asyncDispose]();
  }
}

/** The service's own errors are told apart by their reasons; any other is not ours to handle. */
function describe(error: unknown): string {
  if (isUserNotFound(error)) return `user not found (${String(error)})`;
  if (isContentMissing(error)) return `content missing (${String(error)})`;
  throw error;
}
