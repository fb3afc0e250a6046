import { errorClientClosed, errorGatewayTimeout, type KratosError } from "@kratos-ts/core";

/** For a stream without a message in either direction for so long. */
export function idleError(ms: number): KratosError {
  return errorGatewayTimeout("", `no message in either direction for ${ms} ms (option streamIdleTimeoutMs)`);
}

/** For a stream that its caller has left. */
export function canceledError(): KratosError {
  return errorClientClosed("", "context canceled");
}
