import { describe, expect, it } from "vitest";
import { one, parsePathTemplate, rest } from "./path-template.ts";

describe("a path template", () => {
  it("is literals and variables", () => {
    const { items, variables, segments } = parsePathTemplate("/v1/{parent=shelves/*}/items/{item.id}:cancel");
    expect(items.map((item) => (typeof item === "string" ? item : `<${item.field}>`))).toEqual([
      "/",
      "v1/",
      "<parent>",
      "/items/",
      "<item.id>",
      ":cancel",
    ]);
    expect(segments).toEqual([["v1"], ["shelves"], [one], ["items"], [one, ":cancel"]]);
    expect(variables).toMatchObject([
      {
        field: "parent",
        pattern: "shelves/*",
        slashes: true,
        first: { segment: 1, part: 0 },
        last: { segment: 2, part: 0 },
      },
      { field: "item.id", pattern: "*", slashes: false, first: { segment: 4, part: 0 }, last: { segment: 4, part: 0 } },
    ]);
  });

  it("may have several variables in one segment", () => {
    expect(parsePathTemplate("/letters/{a}-{b}").segments).toEqual([["letters"], [one, "-", one]]);
  });

  it("may take the rest of a path, text behind it included", () => {
    expect(parsePathTemplate("/v1/{name=files/**}:publish").segments).toEqual([["v1"], ["files"], [rest, ":publish"]]);
  });

  it("knows which values fit a variable", () => {
    const { variables } = parsePathTemplate("/{name=shelves/*/books/*}/{path=a.b/**}");
    expect(variables[0]?.regexp.test("shelves/1/books/2")).toBe(true);
    expect(variables[0]?.regexp.test("shelves/1/books/2/3")).toBe(false);
    expect(variables[0]?.regexp.test("shelves//books/2")).toBe(false);
    expect(variables[1]?.regexp.test("a.b/c/d")).toBe(true);
    expect(variables[1]?.regexp.test("a-b/c/d")).toBe(false);
  });

  it.each([
    ["v1/items", "must begin with a slash"],
    ["/v1/{id", "has a character that no path has"],
    ["/v1/items?x", "has a character that no path has"],
    ["/v1/{}", "{} is no variable"],
    ["/v1/{id:[0-9]+}", "no regular expressions"],
    ["/v1/{id=}", "{id=} is no variable"],
    ["/v1/{id=/a}", "{id=/a} is no variable"],
    ["/v1/{id}/{id}", "has the variable id twice"],
    ["/v1/{a}{b}", "need text between them"],
    ["/v1/{a=**}/x/{b=**}", "has ** more than once"],
  ])("%s is refused with the reason", (source, reason) => {
    expect(() => parsePathTemplate(source)).toThrow(`path template ${JSON.stringify(source)}`);
    expect(() => parsePathTemplate(source)).toThrow(reason);
  });
});
