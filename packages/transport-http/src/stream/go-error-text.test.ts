import { KratosError } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { errorOfText, errorText } from "./go-error-text.ts";

const typed = new KratosError({
  code: 403,
  reason: "NOT_ALLOWED",
  message: "a may not",
  metadata: { b: "2", a: "1 x" },
});
const goText = "error: code = 403 reason = NOT_ALLOWED message = a may not metadata = map[a:1 x b:2] cause = <nil>";

describe("the text of an error", () => {
  it("is what Go prints, keys sorted", () => {
    expect(errorText(typed)).toBe(goText);
    expect(errorText(new Error("outer", { cause: typed }))).toBe(goText);
  });

  it("is its message, when it has nothing else to say", () => {
    expect(errorText(new Error("boom"))).toBe("boom");
    expect(errorText("boom")).toBe("boom");
    expect(errorText(new KratosError({ message: "boom" }))).toBe("boom");
  });

  it("keeps its cause to this process", () => {
    expect(errorText(typed.withCause(new Error("secret")))).toBe(goText);
  });
});

describe("the error of a text", () => {
  it.each<[string, object]>([
    [goText, { code: 403, reason: "NOT_ALLOWED", message: "a may not", metadata: { a: "1 x", b: "2" } }],
    ["gave up", { code: 500, reason: "", message: "gave up", metadata: {} }],
    ["", { code: 500, reason: "", message: "", metadata: {} }],
    ["error: code = 504 reason =  message =  metadata = map[] cause = <nil>", { code: 504, reason: "", message: "" }],
    [
      "error: code = 400 reason = R message = two\nlines metadata = map[k:a:b] cause = error: code = 1 reason = X message = y metadata = map[z:1] cause = <nil>",
      { code: 400, reason: "R", message: "two\nlines", metadata: { k: "a:b" } },
    ],
    ["error: code = x reason = R", { code: 500, reason: "", message: "error: code = x reason = R" }],
  ])("%j", (text, error) => {
    expect({ ...errorOfText(text), message: errorOfText(text).message }).toMatchObject(error);
  });

  it("is the one that was written", () => {
    for (const error of [typed, new KratosError({ code: 418 }), new KratosError({ message: "plain" })])
      expect(errorOfText(errorText(error)).toJSON()).toEqual(error.toJSON());
  });

  it("is no typed one for a plain text that looks like one", () => {
    const message = "error: code = 403 reason = R message = m metadata = map[] cause = <nil>";
    expect(errorOfText(errorText(new Error(message)))).toMatchObject({ code: 500, reason: "" });
  });
});
