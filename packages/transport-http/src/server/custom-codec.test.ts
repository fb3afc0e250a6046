import { createClient } from "@connectrpc/connect";
import { KratosError, type ValueCodec } from "@kratos-ts/core";
import { expect, it, onTestFinished } from "vitest";
import { echo, faults } from "../../testdata/echo.ts";
import { Echo, Faults } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { send } from "../../testdata/http.ts";
import { createHttpTransport } from "../client/http-transport.ts";
import { createHttpServer } from "./http-server.ts";

/** JSON in base64: as small as a codec can be. */
const packed: ValueCodec = {
  name: "packed",
  encode: (value) => btoa(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(atob(new TextDecoder().decode(bytes))),
};

async function started() {
  const server = createHttpServer({ address: "127.0.0.1:0", codecs: [packed] })
    .service(Echo, echo)
    .service(Faults, faults);
  await server.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server.endpoint();
}

it("a codec that is handed in carries requests, replies and errors both ways", async () => {
  await using transport = createHttpTransport({ endpoint: await started(), codecs: [packed], codec: "packed" });
  const reply = await createClient(Echo, transport).postEverything({ stringValue: "g", int64Value: 5n });
  expect(reply).toMatchObject({ stringValue: "g", int64Value: 5n });
  const failed = createClient(Faults, transport).fail({ code: 409, reason: "TAKEN", message: "m" });
  await expect(failed).rejects.toThrow(KratosError);
  await expect(failed).rejects.toMatchObject({ code: 409, reason: "TAKEN", message: "m" });
});

it("a codec that is handed in is chosen by Content-Type and Accept, and its parser's errors are the caller's", async () => {
  const endpoint = await started();
  const call = { type: "application/packed", accept: "application/packed", body: btoa('{"id":"7"}') };
  const answer = await send(endpoint, "POST /v1/items:lookup", call);
  expect(answer.headers["content-type"]).toBe("application/packed");
  expect(JSON.parse(atob(answer.text))).toMatchObject({ id: "7" });
  const refused = await send(endpoint, "POST /v1/items:lookup", { type: "application/packed", body: "*" });
  expect(refused.json).toMatchObject({ code: 400, reason: "CODEC" });
  expect(refused.json.message).toBe("body: expected application/packed, got something else");
});
