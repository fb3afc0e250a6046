import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { expectNothingLeft, lastingResources } from "./open-resources.ts";

test("what ends in a moment is not left", async () => {
  const before = await lastingResources();
  setTimeout(() => {}, 300);
  await expectNothingLeft(before);
});

test("a timer that goes on is left", async () => {
  const before = await lastingResources();
  const timer = setInterval(() => {}, 1000);
  await expect(expectNothingLeft(before)).rejects.toThrow("left open: 1 Timeout");
  clearInterval(timer);
});

test("a socket that listens is left", async () => {
  const before = await lastingResources();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  await expect(expectNothingLeft(before)).rejects.toThrow("left open: 1 TCPServerWrap");
  await once(server.close(), "close");
  await expectNothingLeft(before);
});

test("a timer that was there before is not left, and hides none that came", async () => {
  const first = setInterval(() => {}, 1000);
  const before = await lastingResources();
  await expectNothingLeft(before);
  const second = setInterval(() => {}, 1000);
  await expect(expectNothingLeft(before)).rejects.toThrow("left open: 1 Timeout");
  for (const timer of [first, second]) clearInterval(timer);
});
