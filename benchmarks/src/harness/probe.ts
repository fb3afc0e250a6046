import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:http2";
import { buffer } from "node:stream/consumers";
import type { Load } from "./load.ts";

/** Makes one call of a load, throws when its answer is wrong, and gives the reply's body. */
export async function probe(load: Load, port: number): Promise<Buffer> {
  const origin = `http://127.0.0.1:${port}`;
  const body = load.protocol === "h2" ? await probeHttp2(load, origin) : await probeHttp1(load, origin);
  load.check(body);
  return body;
}

async function probeHttp1({ paths, headers, body }: Load, origin: string): Promise<Buffer> {
  const call = request(`${origin}${paths[0]}`, { method: body === undefined ? "GET" : "POST", headers, agent: false });
  call.end(body);
  const [response] = await once(call, "response");
  const reply = await buffer(response);
  if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}: ${reply}`);
  return reply;
}

async function probeHttp2({ paths, headers, body }: Load, origin: string): Promise<Buffer> {
  const session = connect(origin);
  try {
    await once(session, "connect");
    const stream = session.request({ ":method": "POST", ":path": paths[0], ...headers });
    const answered = Promise.all([once(stream, "response"), once(stream, "trailers"), buffer(stream)]);
    stream.end(body);
    const [[head], [trailers], reply] = await answered;
    if (head[":status"] !== 200) throw new Error(`status ${head[":status"]}: ${reply}`);
    if (trailers["grpc-status"] !== "0")
      throw new Error(`grpc-status ${trailers["grpc-status"]}: ${trailers["grpc-message"]}`);
    return reply;
  } finally {
    session.destroy();
  }
}
