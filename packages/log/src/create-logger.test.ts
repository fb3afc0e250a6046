import { describeLoggerContract } from "@kratos-ts/testing";
import { collected } from "../testdata/collected.ts";
import { createLogger } from "./create-logger.ts";

describeLoggerContract("createLogger", ({ level }) => {
  const { stream, lines } = collected();
  const logger = createLogger({ level, destination: stream });
  return {
    logger,
    lines: () => logger.flush().then(lines),
    breakSink: () => void stream.destroy(new Error("broken")),
    [Symbol.asyncDispose]: () => logger.close(),
  };
});
