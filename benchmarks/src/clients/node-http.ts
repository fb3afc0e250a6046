import { Agent, get } from "node:http";
import { name } from "../samples.ts";
import { address, runClient } from "./run-client.ts";

const agent = new Agent({ keepAlive: true });

await runClient(
  () =>
    new Promise((resolve, reject) => {
      const request = get(`http://${address}/helloworld/${encodeURIComponent(name)}`, { agent }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve(JSON.parse(text).message));
      });
      request.on("error", reject);
    }),
);
