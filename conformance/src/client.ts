// The client under test: makes the calls that it reads from stdin and writes how each went to stdout.
import { clone, create } from "@bufbuild/protobuf";
import { callCase } from "./call-case.ts";
import { delimited, readDelimited } from "./delimited.ts";
import {
  type ClientCompatRequest,
  ClientCompatRequestSchema,
  ClientCompatResponseSchema,
} from "./gen/connectrpc/conformance/v1/client_compat_pb.ts";
import { closeTransports, transportFor } from "./transports.ts";

// Many cases wait for something, so several run at once; the suite's servers are on the same machine.
const atOnce = 32;

const running = new Set<Promise<void>>();
for await (const request of readDelimited(ClientCompatRequestSchema, process.stdin)) {
  const done: Promise<void> = run(clone(ClientCompatRequestSchema, request)).finally(() => running.delete(done));
  running.add(done);
  if (running.size >= atOnce) await Promise.race(running);
}
await Promise.all(running);
await closeTransports();

async function run(request: ClientCompatRequest): Promise<void> {
  const result = await answer(request);
  const response = create(ClientCompatResponseSchema, { testName: request.testName, result });
  process.stdout.write(delimited(ClientCompatResponseSchema, response));
}

async function answer(request: ClientCompatRequest) {
  try {
    return { case: "response" as const, value: await callCase(request, transportFor(request)) };
  } catch (error) {
    // The case could not be carried out at all: how a call ends is part of its response.
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { case: "error" as const, value: { message } };
  }
}
