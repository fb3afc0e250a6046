import { describe, expect, it } from "vitest";
import { argumentsOf, parseH2load, readLatencies } from "./h2load.ts";

const output = `
finished in 403.65ms, 17545.00 req/s, 3.03MB/s
requests: 7018 total, 7050 started, 7018 done, 7010 succeeded, 8 failed, 0 errored, 0 timeout
status codes: 7010 2xx, 0 3xx, 0 4xx, 8 5xx
traffic: 1.21MB (1270258) total, 795.01KB (814088) headers (space savings 0.00%), 178.19KB (182468) data
`;

describe("parseH2load", () => {
  it("reads calls, time, what was not finished, and what went wrong", () => {
    expect(parseH2load(output)).toEqual({
      calls: 7018,
      seconds: 0.4,
      unfinished: 32,
      bad: 8,
      bodyBytes: 182468,
    });
  });

  it("shows what it can't read", () => {
    expect(() => parseH2load("unable to get the requested resource")).toThrow(/h2load printed no .*\nunable/);
  });
});

describe("argumentsOf", () => {
  const options = { port: 80, ms: 300, core: undefined };

  it("keeps 8 × 16 streams busy on HTTP/2", () => {
    const load = { protocol: "h2", paths: ["/a.B/C"], headers: { te: "trailers" } } as const;
    expect(argumentsOf({ ...options, load, bodyFile: "frame" })).toEqual([
      "-t1",
      "-c8",
      "--duration=300ms",
      "-m16",
      "--header=te: trailers",
      "--data=frame",
      "http://127.0.0.1:80/a.B/C",
    ]);
  });

  it("keeps 32 connections busy on HTTP/1.1", () => {
    const args = argumentsOf({ ...options, load: { protocol: "http/1.1", paths: ["/a", "/b"] } });
    expect(args).toEqual(["-t1", "-c32", "--duration=300ms", "--h1", "http://127.0.0.1:80/a", "http://127.0.0.1:80/b"]);
  });

  it("shares a fixed rate among the connections", () => {
    const args = argumentsOf({ ...options, load: { protocol: "h2", paths: ["/"] }, rate: 8000, logFile: "log" });
    expect(args).toContain("--rps=1000");
    expect(args).toContain("--log-file=log");
  });
});

describe("readLatencies", () => {
  it("gives the time of each call in ms", () => {
    expect(readLatencies("1795370174102210\t200\t317\n1795370174102193\t200\t2994\n")).toEqual([0.317, 2.994]);
  });
});
