import { HeaderList } from "@kratos-ts/core";
import { propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { describe, expect, test } from "vitest";
import { headerGetter, headerSetter } from "./header-carrier.ts";
import { w3cPropagator } from "./w3c-propagator.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";

const extract = (...headers: string[]) => w3cPropagator.extract(ROOT_CONTEXT, new HeaderList(headers), headerGetter);

function passedOn(...headers: string[]): string[] {
  const sent = new HeaderList();
  w3cPropagator.inject(extract(...headers), sent, headerSetter);
  return sent.flat();
}

describe("trace context", () => {
  test.each([
    ["00", "01", 1],
    ["00", "00", 0],
    ["00", "ff", 1],
    ["01", "01", 1],
  ])("of version %s with flags %s is read", (version, flags, traceFlags) => {
    const context = extract("traceparent", `${version}-${traceId}-${spanId}-${flags}`);
    expect(trace.getSpanContext(context)).toEqual({ traceId, spanId, traceFlags, isRemote: true });
  });

  test("of a later version may have more", () => {
    expect(trace.getSpanContext(extract("traceparent", `01-${traceId}-${spanId}-01-more`))?.traceId).toBe(traceId);
  });

  test.each([
    ["of version ff", `ff-${traceId}-${spanId}-01`],
    ["with more than version 00 has", `00-${traceId}-${spanId}-01-more`],
    ["without a trace id", `00-${"0".repeat(32)}-${spanId}-01`],
    ["without a span id", `00-${traceId}-${"0".repeat(16)}-01`],
    ["in upper case", `00-${traceId.toUpperCase()}-${spanId}-01`],
    ["that is too short", `00-${traceId.slice(1)}-${spanId}-01`],
    ["that is empty", ""],
  ])("%s is none", (_, header) => {
    expect(trace.getSpanContext(extract("traceparent", header))).toBeUndefined();
  });

  test("given twice is none", () => {
    const header = `00-${traceId}-${spanId}-01`;
    expect(trace.getSpanContext(extract("traceparent", header, "traceparent", header))).toBeUndefined();
  });

  test("is sent as it came, with its state", () => {
    const headers = ["traceparent", `00-${traceId}-${spanId}-01`, "tracestate", "vendor=x,other=y"];
    expect(passedOn(...headers)).toEqual(headers);
  });

  test("state in several headers is one list", () => {
    const headers = ["traceparent", `00-${traceId}-${spanId}-01`, "tracestate", "a=1", "tracestate", "b=2"];
    expect(passedOn(...headers).at(-1)).toBe("a=1,b=2");
  });
});

describe("baggage", () => {
  test("is read, with its properties and escapes", () => {
    const baggage = propagation.getBaggage(extract("baggage", "user=7 , plan=gold%20plus;prop=1; p2"));
    expect(baggage?.getEntry("user")?.value).toBe("7");
    expect(baggage?.getEntry("plan")?.value).toBe("gold plus");
    expect(baggage?.getEntry("plan")?.metadata?.toString()).toBe("prop=1;p2");
  });

  test("is sent as it came", () => {
    expect(passedOn("baggage", "user=7,plan=gold%20plus;prop=1")).toEqual([
      "baggage",
      "user=7,plan=gold%20plus;prop=1",
    ]);
  });

  test("leaves out what can't be read", () => {
    expect(passedOn("baggage", 'a=1,,=2,b,c d=3,e="4",f=5\\6,g=%zz')).toEqual(["baggage", "a=1,g=%25zz"]);
    expect(passedOn("baggage", ",,;=")).toEqual([]);
  });

  test("takes a name of JavaScript's own as any other", () => {
    expect(passedOn("baggage", "__proto__=1,constructor=2")).toEqual(["baggage", "__proto__=1,constructor=2"]);
  });

  test("of a value that is no Unicode text is sent with what can be", () => {
    const sent = new HeaderList();
    const baggage = propagation.createBaggage({ a: { value: "1\ud800" }, "no token": { value: "2" } });
    w3cPropagator.inject(propagation.setBaggage(ROOT_CONTEXT, baggage), sent, headerSetter);
    expect(sent.get("baggage")).toBe("a=1%EF%BF%BD");
  });

  test("has 64 members and 8192 bytes at most", () => {
    const many = Array.from({ length: 100 }, (_, i) => `k${i}=1`).join(",");
    expect(passedOn("baggage", many)[1]?.split(",")).toHaveLength(64);
    expect(passedOn("baggage", `a=${"x".repeat(9000)}`)).toEqual([]);
    const entries = Object.fromEntries(["a", "b", "c"].map((key) => [key, { value: "x".repeat(5000) }]));
    const sent = new HeaderList();
    w3cPropagator.inject(propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage(entries)), sent, headerSetter);
    expect(sent.get("baggage")).toBe(`a=${"x".repeat(5000)}`);
  });
});

test("names its headers", () => {
  expect(w3cPropagator.fields()).toEqual(["baggage", "traceparent", "tracestate"]);
});
