import { KratosError } from "@kratos-ts/core";

/** The 400 `CODEC` for a body; `at` is the byte. */
export function msgpackError(fault: { at?: number; expected: string; got?: string }): KratosError {
  const { at, expected, got } = fault;
  const where = at === undefined ? "body" : `body, byte ${at}`;
  const found = got === undefined ? "" : `, got ${got}`;
  return new KratosError({ code: 400, reason: "CODEC", message: `${where}: expected ${expected}${found}` });
}
