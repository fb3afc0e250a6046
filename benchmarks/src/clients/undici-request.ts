// The usual way to call an HTTP service fast: the floor of the HTTP clients.
import { request } from "undici";
import { name } from "../samples.ts";
import { address, runClient } from "./run-client.ts";

await runClient(async () => {
  const { statusCode, body } = await request(`http://${address}/helloworld/${encodeURIComponent(name)}`);
  if (statusCode !== 200) throw new Error(`status ${statusCode}`);
  return ((await body.json()) as { message: string }).message;
});
