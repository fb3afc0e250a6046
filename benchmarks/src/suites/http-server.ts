import { formEcho, httpFind, httpHello, jsonEcho, protojsonEcho, protojsonFind } from "../loads.ts";
import { rulePaths } from "../rules-service.ts";
import type { Part } from "./part.ts";
import { compareServers, type ServerSuite } from "./server-runner.ts";
import { fastify, goHttp, httpBare, httpChain, names, rawHttp } from "./variant.ts";

const get: ServerSuite = {
  title: "HTTP GET",
  about: "`GET /helloworld/{name}` on 32 connections. Chain: 5 middleware, context, and the server's timeout.",
  load: httpHello,
  variants: [rawHttp, httpBare, httpChain, fastify, { name: "hono", program: { node: "servers/hono.ts" } }, goHttp],
  goals: [
    { variant: names.chain, of: names.http, atLeast: 0.8 },
    { variant: names.chain, of: names.go, atLeast: 1.1 },
  ],
};

const echo: ServerSuite = {
  title: "HTTP POST, echo of 20 fields as Protobuf JSON",
  about: "`node:http` does `JSON.parse` and `JSON.stringify`; fastify has a hand-written schema and no Protobuf rules.",
  load: jsonEcho,
  variants: [
    rawHttp,
    httpBare,
    httpChain,
    { name: "protobuf-es on node:http", program: { node: "servers/protobuf-es-http.ts" } },
    fastify,
    { ...goHttp, load: protojsonEcho },
  ],
  goals: [
    { variant: names.chain, of: names.http, atLeast: 0.6 },
    { variant: names.chain, of: names.go, atLeast: 1.3 },
  ],
};

const find: ServerSuite = {
  title: "HTTP GET with 3 path variables and 5 query parameters",
  about: "`node:http` parses the same with `URL`.",
  load: httpFind,
  variants: [rawHttp, httpBare, httpChain, { ...goHttp, load: protojsonFind }],
  goals: [{ variant: names.chain, of: names.http, atLeast: 0.8 }],
};

const form: ServerSuite = {
  title: "HTTP POST, form beside JSON",
  about: "The 20 fields as `application/x-www-form-urlencoded`, answered in JSON.",
  load: jsonEcho,
  variants: [
    { ...httpBare, name: "JSON" },
    { ...httpBare, name: "form", load: formEcho },
  ],
  goals: [{ variant: "form", of: "JSON", atLeast: 1 }],
};

const routing: ServerSuite = {
  title: "HTTP routing",
  about: "Ten paths in turns, spread over all rules of the server.",
  load: httpHello,
  variants: [10, 1000].map((rules) => ({
    name: `${rules} rules`,
    program: { node: "servers/kratos-rules.ts", args: [String(rules)] },
    load: { ...httpHello, paths: rulePaths(rules) },
  })),
  goals: [{ variant: "1000 rules", of: "10 rules", atLeast: 0.95 }],
};

export const httpSuites: readonly ServerSuite[] = [get, echo, find, form, routing];

export const httpServer: Part = async function* (bench) {
  for (const suite of httpSuites) yield await compareServers(suite, bench);
};
