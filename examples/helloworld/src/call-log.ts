import { KratosError, type Middleware } from "@kratos-ts/core";

/** Writes a line for each call; the same middleware serves HTTP and gRPC. */
export function callLog(write: (line: string) => void): Middleware {
  return (next, { kind, operation }) =>
    async (req, ctx) => {
      const start = performance.now();
      const log = (outcome: string) =>
        write(`${kind} ${operation} ${outcome} ${(performance.now() - start).toFixed(1)} ms`);
      try {
        const reply = await next(req, ctx);
        log("ok");
        return reply;
      } catch (error) {
        const { code, reason } = KratosError.from(error);
        log(`${code} ${reason}`);
        throw error;
      }
    };
}
