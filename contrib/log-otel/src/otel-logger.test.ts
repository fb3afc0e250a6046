import type { LogLevel } from "@kratos-ts/core";
import { describeLoggerContract } from "@kratos-ts/testing";
import { type ContextManager, context, logs, ROOT_CONTEXT, SeverityNumber, trace } from "@opentelemetry/api";
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  type LogRecordProcessor,
  SimpleLogRecordProcessor,
} from "@opentelemetry/sdk-logs";
import { expect, test } from "vitest";
import { createOtelLogger } from "./otel-logger.ts";

/** The SDK with an exporter that keeps the records, and a processor that can be broken. */
function sdk() {
  const exporter = new InMemoryLogRecordExporter();
  const simple = new SimpleLogRecordProcessor({ exporter });
  const state = { broken: false };
  const processor: LogRecordProcessor = {
    onEmit(record, context) {
      if (state.broken) throw new Error("broken");
      simple.onEmit(record, context);
    },
    forceFlush: () => (state.broken ? Promise.reject(new Error("broken")) : simple.forceFlush()),
    shutdown: () => simple.shutdown(),
  };
  const provider = new LoggerProvider({ processors: [processor] });
  const breakSink = (): void => {
    state.broken = true;
  };
  return { provider, records: () => exporter.getFinishedLogRecords(), breakSink };
}

describeLoggerContract("createOtelLogger", ({ level }) => {
  const { provider, records, breakSink } = sdk();
  const logger = createOtelLogger({ provider, level });
  return {
    logger,
    async lines() {
      await provider.forceFlush();
      return records().map(({ severityText, body, attributes }) => ({
        level: severityText?.toLowerCase() as LogLevel,
        message: String(body),
        fields: attributes,
      }));
    },
    breakSink,
    [Symbol.asyncDispose]: () => logger.close(),
  };
});

test.each([
  ["debug", SeverityNumber.DEBUG],
  ["info", SeverityNumber.INFO],
  ["warn", SeverityNumber.WARN],
  ["error", SeverityNumber.ERROR],
] as const)("%s has its severity number, and the scope's name", async (level, severityNumber) => {
  const { provider, records } = sdk();
  createOtelLogger({ provider })[level]("line");
  await provider.forceFlush();
  expect(records()).toMatchObject([{ severityNumber, instrumentationScope: { name: "kratos" } }]);
});

test("an error gives the attributes of the semantic conventions", async () => {
  const { provider, records } = sdk();
  const error = new TypeError("no");
  createOtelLogger({ provider }).error("failed", { error });
  await provider.forceFlush();
  expect(records()[0]?.attributes).toMatchObject({
    "exception.type": "TypeError",
    "exception.message": "no",
    "exception.stacktrace": error.stack,
  });
});

test("a line has the trace of the span that it is logged in", async () => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const active = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: "00f067aa0ba902b7", traceFlags: 1 });
  const manager: ContextManager = {
    active: () => active,
    with: (_, fn, self, ...args) => fn.apply(self as never, args),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  context.setGlobalContextManager(manager);
  try {
    const { provider, records } = sdk();
    createOtelLogger({ provider }).info("line");
    expect(records()[0]?.spanContext?.traceId).toBe(traceId);
  } finally {
    context.disable();
  }
});

test("what a processor throws is told of, and counted", async () => {
  const { provider, breakSink } = sdk();
  const errors: string[] = [];
  const logger = createOtelLogger({ provider, onError: (error) => errors.push(error.message) });
  breakSink();
  logger.info("lost");
  await logger.close();
  expect([logger.dropped, errors]).toEqual([1, ["broken", "broken"]]);
});

test("without a provider lines go to the global one, set before or after", async () => {
  const logger = createOtelLogger();
  logger.info("to nobody");
  const { provider, records } = sdk();
  logs.setGlobalLoggerProvider(provider);
  try {
    logger.info("to the provider");
    await logger.close();
    expect(records().map((record) => record.body)).toEqual(["to the provider"]);
  } finally {
    logs.disable();
  }
});

test("an exporter that never answers does not keep close waiting", async () => {
  const provider = Object.assign(sdk().provider, { forceFlush: () => new Promise<void>(() => {}) });
  await createOtelLogger({ provider }).close();
});

test("a level that is none is refused", () => {
  expect(() => createOtelLogger({ level: "loud" as never })).toThrow(
    "level must be one of debug, info, warn, error, got loud",
  );
});
