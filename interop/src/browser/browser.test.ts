// A real Chromium against the TypeScript peer.
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureChromium } from "../../../tools/external/chromium.ts";
import { startLocalPeer } from "../testing/local-peer.ts";
import type { CaseName } from "./page.ts";

const executablePath = await ensureChromium();

async function bundledScript(): Promise<string> {
  const entryPoints = [new URL("page.ts", import.meta.url).pathname];
  const { outputFiles } = await build({ entryPoints, bundle: true, format: "iife", platform: "browser", write: false });
  return outputFiles[0]?.text ?? "";
}

describe.skipIf(!executablePath)("in a browser", () => {
  const stack = new AsyncDisposableStack();
  let page: Page;

  beforeAll(async () => {
    const peer = stack.use(await startLocalPeer());
    const browser: Browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    stack.defer(() => browser.close());
    page = await browser.newPage();
    // A page that the peer has sent itself: what a test made up is not of this machine to Chromium, and may not open a
    // WebSocket to it.
    await page.goto(`${peer.http}/v1/items/page`);
    await page.evaluate(await bundledScript());
  });
  afterAll(() => stack.disposeAsync());

  const run = (name: CaseName) =>
    page.evaluate((name) => (globalThis as unknown as { runCase(name: string): Promise<unknown> }).runCase(name), name);

  const outcomes: Record<CaseName, unknown> = {
    unary: { id: "ä b", shelf: "a/b" },
    error: { code: 409, reason: "TAKEN", message: "é", metadata: { by: "ada" } },
    sse: [1, 2, 3, 4, 5],
    sseError: {
      numbers: [1, 2],
      error: { code: 429, reason: "TOO_FAST", message: "failed after 2", metadata: { after: "2" } },
    },
    clientStream: { total: 6, received: 3 },
    bidi: ["one", "two", "three"],
    bidiError: { code: 403, reason: "NOT_ALLOWED", message: "page may not", metadata: {} },
    abort: { error: { code: 499, reason: "", message: "context canceled", metadata: {} }, numbers: [1, 2] },
    deadline: { code: 504, reason: "", message: "context deadline exceeded", metadata: {} },
    eventSource: [1, 2, 3],
    webSocket: { texts: ["hi"], code: 1000 },
  };

  test.each(Object.entries(outcomes))("%s", async (name, outcome) => {
    expect(await run(name as CaseName)).toEqual(outcome);
  });

  test("is counted", () => {
    console.log(`browser: ${Object.keys(outcomes).length} cases in Chromium`);
  });
});
