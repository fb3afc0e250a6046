import { describeLoggerContract } from "@kratos-ts/testing";
import { receiver } from "../testdata/receiver.ts";
import { createFluentdLogger } from "./fluentd-logger.ts";

describeLoggerContract("createFluentdLogger", async ({ level }) => {
  const server = await receiver();
  const logger = createFluentdLogger({ endpoint: server.endpoint, level });
  return {
    logger,
    lines: () => logger.flush().then(server.lines),
    breakSink: server.close,
    async [Symbol.asyncDispose]() {
      await logger.close();
      await server.close();
    },
  };
});
