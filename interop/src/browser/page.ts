// Runs in the page: what a browser can do with `@kratos-ts/transport-http/fetch`, and with nothing but itself.
import { createClient } from "@connectrpc/connect";
import { KratosError } from "@kratos-ts/core";
import { createHttpTransport } from "@kratos-ts/transport-http/fetch";
import { Echo, Faults, Streams } from "../gen/interop/v1/interop_pb.ts";

// A path of the page's own origin.
const transport = createHttpTransport({ endpoint: "/" });
const echo = createClient(Echo, transport);
const faults = createClient(Faults, transport);
const streams = createClient(Streams, transport);

function said(error: unknown) {
  if (!(error instanceof KratosError)) throw error;
  return error.toStatus();
}

async function failureOf(call: Promise<unknown>) {
  try {
    return { replied: await call };
  } catch (error) {
    return said(error);
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const cases = {
  async unary() {
    const { id, shelf } = await echo.getItem({ id: "ä b", shelf: "a/b" });
    return { id, shelf };
  },

  error: () => failureOf(faults.fail({ code: 409, reason: "TAKEN", message: "é", metadata: { by: "ada" } })),

  async sse() {
    const numbers: number[] = [];
    for await (const { number } of streams.count({ upto: 5 })) numbers.push(number);
    return numbers;
  },

  async sseError() {
    const numbers: number[] = [];
    try {
      for await (const { number } of streams.count({ upto: 5, failAfter: 2 })) numbers.push(number);
    } catch (error) {
      return { numbers, error: said(error) };
    }
    return { numbers };
  },

  async clientStream() {
    const numbers = async function* () {
      for (const number of [1, 2, 3]) yield { number };
    };
    const { total, received } = await streams.sum(numbers());
    return { total, received };
  },

  async bidi() {
    const texts: string[] = [];
    let next = Promise.withResolvers<void>();
    const requests = async function* () {
      for (const text of ["one", "two", "three"]) {
        yield { room: "r", text, sender: "page" };
        await next.promise;
        next = Promise.withResolvers();
      }
    };
    for await (const { text } of streams.chat(requests())) {
      texts.push(text);
      next.resolve();
    }
    return texts;
  },

  async bidiError() {
    const requests = async function* () {
      yield { room: "r", command: "fail", sender: "page" };
    };
    return failureOf(all(streams.chat(requests())));
  },

  async abort() {
    const abort = new AbortController();
    const numbers: number[] = [];
    const read = async () => {
      for await (const { number } of streams.count({ upto: 1000, delayMillis: 10 }, { signal: abort.signal })) {
        numbers.push(number);
        if (number === 2) abort.abort();
      }
    };
    return { error: await failureOf(read()), numbers };
  },

  deadline: () => failureOf(all(streams.count({ upto: 1000, delayMillis: 10 }, { timeoutMs: 100 }))),

  /** The browser's own EventSource, without a line of ours. */
  eventSource: () =>
    new Promise((resolve) => {
      const numbers: number[] = [];
      const source = new EventSource("/v1/count/3");
      source.onmessage = ({ data }) => numbers.push(JSON.parse(data).number);
      // It takes the end for an interruption, and would ask again.
      source.onerror = () => {
        source.close();
        resolve(numbers);
      };
    }),

  /** The browser's own WebSocket. */
  webSocket: () =>
    new Promise((resolve) => {
      const texts: string[] = [];
      const socket = new WebSocket(`ws://${location.host}/v1/chat/lobby`);
      socket.onopen = () => socket.send(JSON.stringify({ text: "hi", sender: "page" }));
      socket.onmessage = ({ data }) => {
        texts.push(JSON.parse(data).text);
        socket.send("\u001eend");
      };
      socket.onclose = ({ code }) => resolve({ texts, code });
    }),
} satisfies Readonly<Record<string, () => Promise<unknown>>>;

export type CaseName = keyof typeof cases;

Object.assign(globalThis, { runCase: (name: CaseName) => cases[name]() });
