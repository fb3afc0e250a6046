import { KratosError } from "@kratos-ts/core";

// gRPC over HTTP/2, "Timeout": at most 8 digits, then one of these units; here in ms.
const units: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
const pattern = /^(\d{1,8})([HMSmun])$/;
const maxDigits = 99_999_999;

/** A time in ms as the value of `grpc-timeout`: the finest unit that holds it in 8 digits, ms at the finest. */
export function formatTimeout(ms: number): string {
  // Rounded up, so that a short timeout does not become none at all.
  const whole = Math.max(Math.ceil(ms), 0);
  if (whole <= maxDigits) return `${whole}m`;
  if (whole <= maxDigits * 1_000) return `${Math.ceil(whole / 1_000)}S`;
  if (whole <= maxDigits * 60_000) return `${Math.ceil(whole / 60_000)}M`;
  return `${Math.min(Math.ceil(whole / 3_600_000), maxDigits)}H`;
}

/** The time in ms that a `grpc-timeout` means. Throws a KratosError 400 (INVALID_ARGUMENT) for a malformed one. */
export function parseTimeout(text: string): number {
  const match = pattern.exec(text);
  if (match === null) {
    const message = `grpc-timeout ${JSON.stringify(text)} is malformed: at most 8 digits and one of H, M, S, m, u, n`;
    throw new KratosError({ code: 400, message });
  }
  return Number(match[1]) * (units[match[2] as string] as number);
}
