// The least that calls gRPC on node:http2, one session: the floor of the gRPC clients.
import { once } from "node:events";
import { connect } from "node:http2";
import { decodeReply, encodeRequest } from "../codec.ts";
import { frameOf, helloPath, name } from "../samples.ts";
import { address, runClient } from "./run-client.ts";

const session = connect(`http://${address}`);
await once(session, "connect");
const headers = { ":method": "POST", ":path": helloPath, "content-type": "application/grpc+proto", te: "trailers" };

await runClient(
  () =>
    new Promise((resolve, reject) => {
      const stream = session.request(headers, { endStream: false });
      let frame: Buffer | undefined;
      stream.on("data", (chunk: Buffer) => {
        frame = frame === undefined ? chunk : Buffer.concat([frame, chunk]);
      });
      stream.on("trailers", (trailers) => {
        if (trailers["grpc-status"] !== "0") return reject(new Error(`grpc-status ${trailers["grpc-status"]}`));
        const reply: Buffer | null = frame ?? stream.read();
        if (reply === null) return reject(new Error("no message before the trailers"));
        resolve(decodeReply(reply.subarray(5)).message);
      });
      stream.on("error", reject);
      stream.end(frameOf(encodeRequest(name)));
    }),
);
