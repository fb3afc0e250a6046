import { GrpcCode, grpcCodeOf, type KratosError } from "@kratos-ts/core";

const names = new Map<number, string>(Object.entries(GrpcCode).map(([name, code]) => [code, name]));

/** The name of the gRPC status that an error travels as; `OK` without one. */
export function statusNameOf(error: KratosError | undefined): string {
  return error === undefined ? "OK" : (names.get(grpcCodeOf(error.code)) as string);
}
