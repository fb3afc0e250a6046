import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import type { KratosError } from "@kratos-ts/core";
import { createHttpTransport } from "@kratos-ts/transport-http";
import { afterAll, beforeAll } from "vitest";
import { messageTypeOf } from "../peer/message-types.ts";
import { type CannedHttp, startCannedHttp } from "../testing/canned-http.ts";
import { serviceWithRule } from "./rule-service.ts";
import { vectorTests } from "./vector-tests.ts";

interface PathCase {
  readonly name: string;
  readonly template: string;
  readonly messageType: string;
  readonly message: JsonValue;
  /** Whether fields outside the path go into the query. */
  readonly query: boolean;
  /** Fields left out of it: that which is the body. */
  readonly omit?: readonly string[];
  readonly path: string;
}

let canned: CannedHttp;

beforeAll(async () => {
  canned = await startCannedHttp();
});
afterAll(() => canned[Symbol.asyncDispose]());

vectorTests<PathCase>("path-building", {
  async ours({ template, messageType, message, query, omit }) {
    const body = query ? (omit?.[0] ?? "") : "*";
    const service = serviceWithRule({ template, messageType, body });
    await using transport = createHttpTransport({ endpoint: canned.endpoint });
    canned.seen.length = 0;
    const type = messageTypeOf(messageType);
    try {
      await createClient(service, transport).call(fromJson(type, message));
    } catch (error) {
      if (canned.seen.length === 0) return `refused: ${(error as KratosError).reason}`;
    }
    return normalPath(canned.seen[0]?.path ?? "");
  },
  theirs: ({ path }) => normalPath(path),
});

/** A path with its escapes as they need be (RFC 3986 §6.2.2): Go's is taken before it is escaped at all. */
function normalPath(pathAndQuery: string): string {
  const [path = "", ...query] = pathAndQuery.split("?");
  const escaped = path.replace(/[^\x21-\x7e]+/g, encodeURIComponent);
  const plain = escaped.replace(/%[\dA-F]{2}/gi, (hex) => {
    const char = String.fromCharCode(Number.parseInt(hex.slice(1), 16));
    return /[\w\-.~!$&'()*+,;=:@]/.test(char) ? char : hex.toUpperCase();
  });
  return [plain, ...query].join("?");
}
