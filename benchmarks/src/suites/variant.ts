import type { Load } from "../harness/load.ts";
import type { Program } from "../harness/programs.ts";

/** One of the things that are compared. */
export interface Variant {
  readonly name: string;
  readonly program: Program;
}

/** A server, and what it is asked where that is not what the others of its suite are asked. */
export interface ServerVariant extends Variant {
  readonly load?: Load | undefined;
}

// Names that goals speak of.
export const names = {
  bare: "kratos-ts bare",
  chain: "kratos-ts chain",
  own: "kratos-ts",
  go: "Go Kratos bare",
  goClient: "Go Kratos",
  full: "kratos-ts full chain",
  goFull: "Go Kratos full chain",
  http2: "node:http2",
  http: "node:http",
} as const;

export const rawGrpc: ServerVariant = { name: names.http2, program: { node: "servers/raw-grpc.ts" } };
export const rawHttp: ServerVariant = { name: names.http, program: { node: "servers/raw-http.ts" } };
export const grpcJs: ServerVariant = { name: "@grpc/grpc-js", program: { node: "servers/grpc-js.ts" } };
export const fastify: ServerVariant = { name: "fastify", program: { node: "servers/fastify.ts" } };
export const goGrpc: ServerVariant = { name: names.go, program: { go: ["server", "grpc"] } };
export const goHttp: ServerVariant = { name: names.go, program: { go: ["server", "http"] } };

const kratos = (name: string, program: string, args: string[]): ServerVariant => ({
  name,
  program: { node: program, args },
});

export const grpcBare = kratos(names.bare, "servers/kratos-grpc.ts", ["bare"]);
export const grpcChain = kratos(names.chain, "servers/kratos-grpc.ts", ["chain"]);
export const httpBare = kratos(names.bare, "servers/kratos-http.ts", ["bare"]);
export const httpChain = kratos(names.chain, "servers/kratos-http.ts", ["chain"]);
