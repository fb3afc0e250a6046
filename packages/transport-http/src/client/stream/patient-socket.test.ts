import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, it } from "vitest";
import { readOnAfterRefusedWrites } from "./patient-socket.ts";

it("reads what the other side said before it closed on our writes", async () => {
  const server = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = readOnAfterRefusedWrites(connect((server.address() as AddressInfo).port, "127.0.0.1"));
  const [other] = (await once(server, "connection")) as [Socket];
  server.close();
  // Closing with something unread is what resets a connection.
  await new Promise((resolve) => socket.write("never read", resolve));
  let said = "";
  socket.on("data", (data) => {
    said += data;
  });
  const ended = once(socket, "close");
  socket.on("error", () => {});
  other.write("said");
  other.destroy();
  // All before anything of it can be read here: the second of them at the latest is refused.
  for (let n = 0; n < 3; n++) socket.write("too late");
  await ended;
  expect(said).toBe("said");
});
