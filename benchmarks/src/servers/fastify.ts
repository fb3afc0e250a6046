import type { AddressInfo } from "node:net";
import { fastify } from "fastify";
import { serverReady } from "../harness/answers.ts";
import { twentyFieldsSchema } from "./fastify-schema.ts";

const server = fastify();
const message = { type: "object", properties: { message: { type: "string" } } };
server.get<{ Params: { name: string } }>(
  "/helloworld/:name",
  { schema: { response: { 200: message } } },
  async (request) => ({
    message: `Hello ${request.params.name}`,
  }),
);
server.post(
  "/bench/echo",
  { schema: { body: twentyFieldsSchema, response: { 200: twentyFieldsSchema } } },
  async (request) => request.body,
);
await server.listen({ host: "127.0.0.1", port: 0 });
serverReady(server.server.address() as AddressInfo);
