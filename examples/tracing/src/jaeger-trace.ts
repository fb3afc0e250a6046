import { setTimeout as delay } from "node:timers/promises";

/** A span as Jaeger tells of it, with its parent and service by name. */
export interface StoredSpan {
  readonly service: string;
  readonly operation: string;
  readonly scope: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly tags: Readonly<Record<string, unknown>>;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

interface Field {
  readonly key: string;
  readonly value: unknown;
}

interface JaegerTrace {
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
  readonly spans: readonly {
    readonly spanID: string;
    readonly operationName: string;
    readonly processID: string;
    readonly references: readonly { readonly refType: string; readonly spanID: string }[];
    readonly tags: readonly Field[];
    readonly logs: readonly { readonly fields: readonly Field[] }[];
  }[];
}

const withinMs = 15_000;

/** The trace, once it has so many spans: what was received is stored a moment later, and nobody tells when. */
export async function traceOf(jaeger: string, wanted: { traceId: string; spans: number }): Promise<StoredSpan[]> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    const reply = await fetch(`${jaeger}/api/traces/${wanted.traceId}`);
    const found = reply.ok ? spansOf((await reply.json()) as { data: JaegerTrace[] }) : [];
    if (found.length >= wanted.spans) return found;
    if (performance.now() > giveUpAt)
      throw new Error(`Jaeger has ${found.length} spans of the trace, not ${wanted.spans}: ${JSON.stringify(found)}`);
    await delay(50);
  }
}

function spansOf({ data }: { data: JaegerTrace[] }): StoredSpan[] {
  return data.flatMap(({ spans, processes }) =>
    spans.map((span) => {
      const tags = valuesOf(span.tags);
      return {
        service: processes[span.processID]?.serviceName ?? "",
        operation: span.operationName,
        scope: String(tags["otel.scope.name"] ?? tags["otel.library.name"]),
        spanId: span.spanID,
        parentId: span.references.find(({ refType }) => refType === "CHILD_OF")?.spanID,
        tags,
        events: span.logs.map(({ fields }) => valuesOf(fields)),
      };
    }),
  );
}

function valuesOf(fields: readonly Field[]): Record<string, unknown> {
  return Object.fromEntries(fields.map(({ key, value }) => [key, value]));
}
