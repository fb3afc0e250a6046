import { setTimeout as delay } from "node:timers/promises";
import { sendRawGrpc } from "../testing/raw-grpc.ts";
import { sendRawHttp } from "../testing/raw-http.ts";
import type { Targets } from "./case.ts";

const limitMs = 1000;
// GetItemRequest with id "7".
const message = Buffer.from([0x0a, 0x01, 0x37]);

/** Sends a good request to each server that is named; says what went wrong, if anything did within a second. */
export async function goodRequests(targets: Targets, names: readonly (keyof Targets)[]): Promise<string | undefined> {
  const late = new AbortController();
  const answered = Promise.all(names.map((name) => (name === "grpc" ? grpc(targets) : http(targets[name]))));
  const limit = delay(limitMs, [`no answer to a good request within ${limitMs} ms`], { signal: late.signal });
  limit.catch(() => {});
  try {
    return (await Promise.race([answered, limit])).find((wrong) => wrong !== undefined);
  } catch (error) {
    return `a good request failed: ${error}`;
  } finally {
    late.abort();
  }
}

async function http(endpoint: string): Promise<string | undefined> {
  const { status, body } = await sendRawHttp(endpoint, { method: "GET", path: "/v1/items/7" });
  return status === 200 && body.includes('"id":"7"') ? undefined : `a good HTTP request was answered ${status} ${body}`;
}

async function grpc({ grpc }: Targets): Promise<string | undefined> {
  const { trailers, messages } = await sendRawGrpc(grpc, { path: "/interop.v1.Echo/GetItem", messages: [message] });
  const right = trailers["grpc-status"] === "0" && messages[0]?.equals(message) === true;
  return right ? undefined : `a good gRPC call was answered ${JSON.stringify(trailers)}`;
}
