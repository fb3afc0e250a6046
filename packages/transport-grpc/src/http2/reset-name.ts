import { ResetCode } from "./carrier.ts";

/** An HTTP/2 error code as people read it. */
export function resetName(code: number): string {
  const found = Object.entries(ResetCode).find(([, value]) => value === code);
  return found === undefined ? `HTTP/2 error 0x${code.toString(16)}` : found[0];
}
