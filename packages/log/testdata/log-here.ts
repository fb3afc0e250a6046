import type { Logger } from "@kratos-ts/core";

/** Logs a line, on a line that is known. */
export function logHere(logger: Logger): void {
  logger.info("here");
}
