// What the servers are asked for, and how a right answer looks.
import assert from "node:assert/strict";
import { decodeReply } from "./codec.ts";
import type { Load } from "./harness/load.ts";
import {
  echoUrl,
  findReply,
  findUrl,
  governedPath,
  governedUrl,
  greeting,
  helloFrame,
  helloPath,
  helloUrl,
  twentyFields,
  twentyFieldsForm,
  twentyFieldsJson,
} from "./samples.ts";

const checkJson = (expected: object) => (body: Buffer) => assert.deepEqual(JSON.parse(body.toString()), expected);

export const grpcHello: Load = {
  protocol: "h2",
  paths: [helloPath],
  headers: { "content-type": "application/grpc+proto", te: "trailers" },
  body: helloFrame,
  check: (body) => assert.equal(decodeReply(body.subarray(5)).message, greeting),
};

/** The same call with a deadline, as every Kratos client sends one. */
export const grpcHelloWithDeadline: Load = { ...grpcHello, headers: { ...grpcHello.headers, "grpc-timeout": "2S" } };

export const httpHello: Load = {
  protocol: "http/1.1",
  paths: [helloUrl],
  check: checkJson({ message: greeting }),
};

export const jsonEcho: Load = {
  protocol: "http/1.1",
  paths: [echoUrl],
  headers: { "content-type": "application/json", accept: "application/json" },
  body: twentyFieldsJson,
  check: checkJson(twentyFields),
};

/** Go Kratos v3 takes `application/json` for the JSON of Go structs: this is its Protobuf JSON. */
export const protojsonEcho: Load = {
  ...jsonEcho,
  headers: { "content-type": "application/protojson", accept: "application/protojson" },
};

export const formEcho: Load = {
  ...jsonEcho,
  headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
  body: twentyFieldsForm,
};

export const httpFind: Load = { protocol: "http/1.1", paths: [findUrl], check: checkJson(findReply) };

/** Go Kratos needs to be asked for Protobuf JSON in a GET, too. */
export const protojsonFind: Load = { ...httpFind, headers: { accept: "application/protojson" } };

/** What a caller sends that has tracing and metadata itself. */
const fleetHeaders = {
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  "x-md-service-name": "caller",
  "x-md-global-user": "ada",
};

export const grpcInFleet: Load = {
  ...grpcHelloWithDeadline,
  headers: { ...grpcHelloWithDeadline.headers, ...fleetHeaders },
};
export const httpInFleet: Load = { ...httpHello, headers: fleetHeaders };

/** The messages of both greeters are the same on the wire. */
export const grpcGoverned: Load = { ...grpcInFleet, paths: [governedPath] };
export const httpGoverned: Load = { ...httpInFleet, paths: [governedUrl] };
