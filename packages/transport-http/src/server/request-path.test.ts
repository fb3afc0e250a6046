import { describe, expect, it } from "vitest";
import { cleanPath, decodePath, encodePath, originForm } from "./request-path.ts";

describe("a request's path", () => {
  it.each([
    ["/a/b", "/a/b"],
    ["/a/b/", "/a/b/"],
    ["//a///b", "/a/b"],
    ["/a/./b/.", "/a/b"],
    ["/a/../b", "/b"],
    ["/../../b/", "/b/"],
    ["/..", "/"],
    ["/a/.b/..c/...", "/a/.b/..c/..."],
  ])("%s is cleaned to %s", (path, clean) => {
    expect(cleanPath(path)).toBe(clean);
  });

  it("survives decoding and encoding", () => {
    for (const path of ["/a b/c%d/é", "/a:b@c=d,e;f+g&h$i", '/"<>`{}|^\\'])
      expect(decodePath(encodePath(path))).toBe(path);
    expect(encodePath("/a:b@c=d,e;f+g&h$i")).toBe("/a:b@c=d,e;f+g&h$i");
  });

  it("is found in an absolute URL", () => {
    expect(originForm("http://host:80/a?b=http://c")).toBe("/a?b=http://c");
    expect(originForm("HTTPS://host")).toBe("/");
    expect(originForm("http://host?x=1")).toBe("/?x=1");
    expect(originForm("*")).toBe("*");
  });
});
