// The two commands by themselves, where there is no Go too: others run their own cases against them.
import { expect, test } from "vitest";
import { runClient, startServer, typescript } from "./matrix/programs.ts";

test("the server says where it listens, and the client asks it over both transports", async () => {
  await using server = await startServer([...typescript.server, "--name", "told", "--timeout", "5s"]);
  expect(server).toMatchObject({
    http: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    grpc: expect.stringMatching(/^grpc:\/\/127\.0\.0\.1:\d+$/),
  });
  const results = await runClient(
    [...typescript.client, "--endpoint", server.http],
    [
      { name: "http", service: "Echo", method: "GetItem", request: { id: "7" } },
      { name: "grpc", service: "Echo", method: "GetItem", request: { id: "7" }, endpoint: server.grpc },
      { name: "an error", service: "Faults", method: "Panic" },
      { name: "a wrong request", service: "Echo", method: "GetItem", request: { id: 7 } },
      { name: "no method", service: "Echo", method: "Nope" },
      { name: "no service", service: "Nope", method: "Nope" },
    ],
  );
  expect(Object.fromEntries(results)).toEqual({
    http: { name: "http", reply: { id: "7" } },
    grpc: { name: "grpc", reply: { id: "7" } },
    "an error": { name: "an error", error: { code: 500, reason: "UNKNOWN", message: "unknown request error" } },
    "a wrong request": {
      name: "a wrong request",
      error: { code: 500, reason: "", message: expect.stringContaining("GetItemRequest.id"), plain: true },
    },
    "no method": { name: "no method", error: { code: 0, reason: "", message: "no method Nope", plain: true } },
    "no service": { name: "no service", error: { code: 0, reason: "", message: "no service Nope", plain: true } },
  });
});

test("a flag that can't be meant ends the server with a word on it", async () => {
  await expect(startServer([...typescript.server, "--timeout", "soon"])).rejects.toThrow('"soon" is no duration');
});

test("cases that are no JSON end the client with a word on it", async () => {
  await expect(runClient(typescript.client, ["not a case"] as never)).rejects.toThrow("a case is a JSON object");
});
