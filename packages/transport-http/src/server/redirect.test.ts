import { describe, expect, it } from "vitest";
import { locationOf, redirect, redirectNote } from "./redirect.ts";

describe("a redirect", () => {
  it.each([
    ["other", "/v1/a?x=1", "/v1/other"],
    ["../other", "/v1/a/b", "/v1/other"],
    ["/abs/../olute/", "/v1/a", "/olute/"],
    ["?page=2", "/v1/a?page=1", "/v1/a?page=2"],
    ["é", "/v1/a", "/v1/%C3%A9"],
    ["https://example.test", "/v1/a", "https://example.test"],
    ["//cdn.test/x", "/v1/a", "//cdn.test/x"],
    ["https://example.test/a b\r\nSet-Cookie: x", "/", "https://example.test/a%20b%0D%0ASet-Cookie:%20x"],
    ["x\r\nSet-Cookie: y", "/", "/x%0D%0ASet-Cookie:%20y"],
  ])("to %j from %s goes to %s", (url, from, location) => {
    expect(locationOf(url, from)).toBe(location);
  });

  it("has a status of its kind", () => {
    expect(redirect("/a")).toMatchObject({ code: 302, url: "/a" });
    for (const code of [200, 400, 301.5, Number.NaN])
      expect(() => redirect("/a", code)).toThrow(`a redirect needs a status from 300 to 399, not ${code}`);
  });

  it("escapes its note", () => {
    expect(redirectNote('/a?b="><script>', 301)).toBe(
      '<a href="/a?b=&#34;&#62;&#60;script&#62;">Moved Permanently</a>.\n\n',
    );
  });
});
