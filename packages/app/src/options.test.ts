import { describe, expect, test } from "vitest";
import { fakeRegistrar } from "../testdata/fakes.ts";
import { type AppOptions, createApp } from "./index.ts";

describe("options that can't work", () => {
  const registrar = fakeRegistrar([]);
  test.each<[string, AppOptions]>([
    ["an app with a registrar needs a name", { registrar }],
    ["stopTimeout is -1; it must be a number of milliseconds from 0 to 2147483647", { stopTimeout: -1 }],
    ["grace is NaN", { grace: Number.NaN }],
    ["registrarTimeout is Infinity", { registrarTimeout: Number.POSITIVE_INFINITY }],
    ['signals has "SIGTREM", which is no signal', { signals: ["SIGTREM" as NodeJS.Signals] }],
    ["signals has SIGKILL, which no process sees", { signals: ["SIGKILL"] }],
    ['endpoints has "10.0.0.1:9000", which is no URL', { endpoints: ["10.0.0.1:9000"] }],
  ])("%s", (message, options) => {
    expect(() => createApp(options)).toThrow(message);
  });
});
