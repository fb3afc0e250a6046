import { type ClientSuite, compareClients } from "./client-runner.ts";
import type { Part } from "./part.ts";
import { names } from "./variant.ts";

export const get = {
  title: "HTTP client",
  about: "`GET /helloworld/{name}` with 64 calls in flight to a canned server on another core.",
  variants: [
    { name: "undici.request", program: { node: "clients/undici-request.ts" } },
    { name: names.own, program: { node: "clients/kratos-http.ts" } },
    { name: "fetch", program: { node: "clients/fetch.ts" } },
    { name: names.http, program: { node: "clients/node-http.ts" } },
    { name: names.goClient, program: { go: ["client", "http"] } },
  ],
  goals: [{ variant: names.own, of: names.goClient, atLeast: 2 }],
} satisfies Omit<ClientSuite, "server">;

export const httpClient: Part = async function* (bench) {
  const server = "binary" in bench.go ? { go: ["canned", "http"] as const } : { node: "servers/raw-http.ts" };
  yield await compareClients({ ...get, server }, bench);
};
