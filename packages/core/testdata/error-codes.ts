import { readFileSync } from "node:fs";
import type { KratosErrorInit } from "../src/index.ts";

/** One thing that a live Go Kratos said of error codes. */
export interface ErrorCodeCase {
  readonly name: string;
  readonly direction: "to-grpc" | "from-grpc" | "constructor" | "same";
  readonly httpCode: number;
  readonly grpcCode: number;
  readonly named: string;
  readonly a?: KratosErrorInit;
  readonly b?: KratosErrorInit;
  readonly same?: boolean;
}

const { cases }: { cases: ErrorCodeCase[] } = JSON.parse(
  readFileSync(new URL("./error-codes.json", import.meta.url), "utf8"),
);

export function vectors(direction: ErrorCodeCase["direction"]): ErrorCodeCase[] {
  return cases.filter((it) => it.direction === direction);
}
