import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";

export interface Recorder {
  readonly tracerProvider: TracerProvider;
  /** The spans that have ended. */
  spans(): ReadableSpan[];
  /** The one that has. */
  span(): ReadableSpan;
}

/** The SDK, with the spans kept. */
export function recorder(sampler?: Sampler): Recorder {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor({ exporter })];
  const tracerProvider = new TracerProvider(sampler === undefined ? { spanProcessors } : { spanProcessors, sampler });
  return {
    tracerProvider,
    spans: () => exporter.getFinishedSpans(),
    span() {
      const spans = exporter.getFinishedSpans();
      if (spans.length !== 1) throw new Error(`${spans.length} spans have ended, not 1`);
      return spans[0] as ReadableSpan;
    },
  };
}

/** Sets what an app sets globally, until it is disposed of. */
export function globally({ contextManager = false, tracerProvider }: Partial<Global>): Disposable {
  if (contextManager) context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  if (tracerProvider !== undefined) trace.setGlobalTracerProvider(tracerProvider);
  return {
    [Symbol.dispose]() {
      context.disable();
      trace.disable();
    },
  };
}

interface Global {
  contextManager: boolean;
  tracerProvider: TracerProvider;
}
