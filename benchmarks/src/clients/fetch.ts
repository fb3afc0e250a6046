import { name } from "../samples.ts";
import { address, runClient } from "./run-client.ts";

await runClient(async () => {
  const response = await fetch(`http://${address}/helloworld/${encodeURIComponent(name)}`);
  if (!response.ok) throw new Error(`status ${response.status}`);
  return ((await response.json()) as { message: string }).message;
});
