import { createClient, type Transport } from "@connectrpc/connect";
import type { Middleware } from "@kratos-ts/core";
import { clientTracing, serverTracing, traceIds } from "@kratos-ts/tracing";
import { createGrpcServer, createGrpcTransport } from "@kratos-ts/transport-grpc";
import { createHttpServer, createHttpTransport } from "@kratos-ts/transport-http";
import { SpanKind } from "@opentelemetry/api";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { describe, expect, test } from "vitest";
import { Echo, Streams } from "../gen/interop/v1/interop_pb.ts";
import { echoService } from "./echo.ts";
import { streamsService } from "./streams.ts";

// The spans of both sides of a call, which are the same over either transport.

const transports = {
  async grpc(server: Middleware[], middleware: Middleware[]) {
    const host = createGrpcServer({ address: "127.0.0.1:0", middleware: server });
    host.service(Echo, echoService).service(Streams, streamsService);
    await host.start();
    return { host, transport: createGrpcTransport({ endpoint: host.endpoint(), middleware }) };
  },
  async http(server: Middleware[], middleware: Middleware[]) {
    const host = createHttpServer({ address: "127.0.0.1:0", middleware: server });
    host.service(Echo, echoService).service(Streams, streamsService);
    await host.start();
    return { host, transport: createHttpTransport({ endpoint: host.endpoint(), middleware }) };
  },
};

/** The spans of the calls that are made, those that were called first. */
async function spansOf(over: keyof typeof transports, call: (transport: Transport) => Promise<unknown>) {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const { host, transport } = await transports[over](
    [serverTracing({ tracerProvider })],
    [clientTracing({ tracerProvider })],
  );
  try {
    await call(transport);
  } finally {
    await transport[Symbol.asyncDispose]();
    await host.stop();
  }
  const [server, client, ...more] = exporter.getFinishedSpans().sort((a, b) => a.kind - b.kind);
  if (server === undefined || client === undefined || more.length > 0)
    throw new Error(`${exporter.getFinishedSpans().length} spans, not one of a server and one of a client`);
  return { server, client };
}

function eventsOf({ events }: ReadableSpan): string[] {
  return events.map(({ name, attributes }) => String(attributes?.["rpc.message.type"] ?? name));
}

async function* numbers(...list: number[]) {
  for (const number of list) yield { number };
}

async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of stream) count++;
  return count;
}

describe.each(["grpc", "http"] as const)("over %s", (over) => {
  test.each<[string, (transport: Transport) => Promise<unknown>, { sent: number; received: number }]>([
    ["Echo/Seen", (transport) => createClient(Echo, transport).seen({}), { sent: 0, received: 0 }],
    ["Streams/Count", (t) => drain(createClient(Streams, t).count({ upto: 3 })), { sent: 0, received: 3 }],
    ["Streams/Sum", (t) => createClient(Streams, t).sum(numbers(1, 2)), { sent: 2, received: 0 }],
    [
      "Streams/Chat",
      (t) =>
        drain(
          createClient(Streams, t).chat(
            (async function* () {
              yield { room: "r", text: "hi" };
              yield { room: "r", command: "end" };
            })(),
          ),
        ),
      { sent: 2, received: 1 },
    ],
  ])("a call of %s has a span on each side, with its messages", async (name, call, { sent, received }) => {
    const { server, client } = await spansOf(over, call);
    expect([server.kind, client.kind]).toEqual([SpanKind.SERVER, SpanKind.CLIENT]);
    expect([server.name, client.name]).toEqual([`/interop.v1.${name}`, `/interop.v1.${name}`]);
    expect(server.parentSpanContext).toMatchObject({ spanId: client.spanContext().spanId, isRemote: true });
    expect(server.spanContext().traceId).toBe(client.spanContext().traceId);
    for (const { attributes } of [server, client])
      expect(attributes).toMatchObject({ "rpc.system.name": over, "rpc.status_code": "OK" });
    expect(server.attributes["server.port"]).toBe(client.attributes["network.peer.port"]);
    expect(server.attributes["client.address"]).toBe("127.0.0.1");
    const messages = (of: string, count: number) => Array<string>(count).fill(of);
    expect(eventsOf(client).sort()).toEqual([...messages("RECEIVED", received), ...messages("SENT", sent)]);
    expect(eventsOf(server).sort()).toEqual([...messages("RECEIVED", sent), ...messages("SENT", received)]);
  });

  test("an error in the middle of a stream is that of both spans", async () => {
    const { server, client } = await spansOf(over, async (transport) => {
      await expect(drain(createClient(Streams, transport).count({ upto: 3, failAfter: 1 }))).rejects.toThrow();
    });
    for (const span of [server, client]) {
      expect(span.attributes).toMatchObject({ "rpc.status_code": "RESOURCE_EXHAUSTED", "kratos.reason": "TOO_FAST" });
      expect(eventsOf(span).at(-1)).toBe("exception");
    }
  });

  test("a handler knows the trace that it is in, without a context manager", async () => {
    let traceId = "";
    const { server } = await spansOf(over, async (transport) => {
      ({ traceId } = await createClient(Echo, transport).seen({}));
    });
    expect(traceId).toBe(server.spanContext().traceId);
    expect(traceIds()).toBeUndefined();
  });
});
