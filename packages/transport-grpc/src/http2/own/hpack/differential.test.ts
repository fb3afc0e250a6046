// Header blocks to and from nghttp2, which node:http2 is made of.
import { describe, expect, it } from "vitest";
import { RecordedSession } from "../../../../testdata/carrier-client.ts";
import { RawServer } from "../../../../testdata/raw-server.ts";
import { type SeededRandom, seededRandom } from "../../../../testdata/seeded-random.ts";
import { connectOwnClient } from "../client-session.ts";

/** Headers as calls have them: some the same in each, some from a few values, some always new, names of all kinds. */
function randomHeaders(random: SeededRandom): string[] {
  const list: string[] = [];
  for (let i = random.below(12); i > 0; i--) {
    const name = random.pick([
      "x-same",
      "x-few",
      "cookie",
      "authorization",
      "accept-encoding",
      "date",
      `x-${random.below(300)}`,
    ]);
    const value = random.pick([
      "always this",
      `one of ${random.below(4)}`,
      `${random()}`,
      "a=b; c=d",
      "",
      "\u00e4\u00ff",
      String.fromCharCode(33 + random.below(90)).repeat(random.below(200)),
    ]);
    list.push(name, value);
  }
  return list;
}

describe.each([0, 200, 4096, 65_536])("with a header table of %i bytes", (headerTableSize) => {
  it("every header arrives as it was sent, both ways", async () => {
    const random = seededRandom(headerTableSize);
    const replies: string[][] = [];
    await using server = await RawServer.start(
      ({ stream }) => {
        const list = replies.at(-1) as string[];
        const reply: Record<string, string | string[]> = { ":status": "200" };
        for (let i = 0; i < list.length; i += 2) {
          const name = list[i] as string;
          reply[name] = [...(reply[name] ?? []), list[i + 1] as string];
        }
        stream.respond(reply as never, { endStream: true, sendDate: false } as never);
      },
      { settings: { headerTableSize }, strictSingleValueFields: false } as never,
    );
    await using session = new RecordedSession(connectOwnClient, { address: { host: "127.0.0.1", port: server.port } });
    await session.heard("connect");
    for (let round = 0; round < 1500; round++) {
      const request = randomHeaders(random);
      replies.push(sortByName(randomHeaders(random)));
      const call = session.open(
        [":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a", ...request],
        Buffer.from("x"),
      );
      await call.over();
      expect(server.calls.at(-1)!.rawHeaders.slice(8)).toEqual(request);
      expect(sortByName(call.headers!.slice(2))).toEqual(replies.at(-1));
    }
  });
});

// node:http2 groups the values of a name.
function sortByName(list: string[]): string[] {
  const pairs: Array<[string, string]> = [];
  for (let i = 0; i < list.length; i += 2) pairs.push([list[i] as string, list[i + 1] as string]);
  return pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).flat();
}
