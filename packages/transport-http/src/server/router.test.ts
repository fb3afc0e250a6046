import { describe, expect, it } from "vitest";
import { parsePathTemplate } from "../rule/path-template.ts";
import { Router } from "./router.ts";

function routerOf(...routes: string[]): Router<string> {
  const router = new Router<string>();
  for (const route of routes) {
    const [verb, path] = route.split(" ") as [string, string];
    router.add(verb, parsePathTemplate(path), route);
  }
  return router;
}

describe("the router", () => {
  it.each([
    // template, path, values (undefined: no match)
    ["/v1/items", "/v1/items", []],
    ["/v1/items", "/v1/Items", undefined],
    ["/v1/items/{id}", "/v1/items/7", ["7"]],
    ["/v1/items/{id}", "/v1/items/", undefined],
    ["/v1/items/{id}", "/v1/items", undefined],
    ["/v1/items/{id}", "/v1/items/7/8", undefined],
    ["/v1/{a}/x/{b}", "/v1/1/x/2", ["1", "2"]],
    ["/v1/{name=shelves/*}", "/v1/shelves/1", ["shelves/1"]],
    ["/v1/{name=shelves/*}", "/v1/other/1", undefined],
    ["/v1/{name=shelves/*/books/*}:publish", "/v1/shelves/1/books/2:publish", ["shelves/1/books/2"]],
    ["/v1/{name=shelves/*/books/*}:publish", "/v1/shelves/1/books/2", undefined],
    ["/v1/{name}:cancel", "/v1/a:b:cancel", ["a:b"]],
    ["/v1/{name}:cancel", "/v1/:cancel", undefined],
    ["/v1/{a}-{b}", "/v1/x-y", ["x", "y"]],
    ["/v1/{a}-{b}", "/v1/x-y-z", ["x-y", "z"]],
    ["/v1/{a}-{b}", "/v1/x-", undefined],
    ["/v1/{a}-{b}", "/v1/-y", undefined],
    ["/v1/{a}-{b}", "/v1/xy", undefined],
    ["/v1/{a}--{b}.{c}", "/v1/1--2--3.4.5", ["1--2", "3.4", "5"]],
    ["/v1/pre{a}", "/v1/prefix", ["fix"]],
    ["/v1/pre{a}", "/v1/pre", undefined],
    ["/v1/{name=files/**}", "/v1/files/a/b/c.txt", ["files/a/b/c.txt"]],
    ["/v1/{name=files/**}", "/v1/files", undefined],
    ["/{name=**}", "/a/b", ["a/b"]],
    ["/{name=**}", "/", [""]],
    ["/v1/{name=files/**}:publish", "/v1/files/a/b:publish", ["files/a/b"]],
    ["/v1/{name=files/**}:publish", "/v1/files/a/b", undefined],
    ["/v1/{name=**}/meta/{key}", "/v1/a/b/meta/k", ["a/b", "k"]],
    ["/v1/{name=**}/meta/{key}", "/v1/a/b/other/k", undefined],
    ["/v1/*/x", "/v1/any/x", []],
    ["/", "/", []],
  ])("%s on %s", (template, path, values) => {
    expect(routerOf(`GET ${template}`).find("GET", path)?.values).toEqual(values);
  });

  it("prefers what is literal, from the left, whatever the order", () => {
    const routes = ["GET /{a=**}", "GET /{a}/{b}", "GET /x/{b}", "GET /{a}/y", "GET /x/{b}:go", "GET /x/y"];
    for (const router of [routerOf(...routes), routerOf(...routes.toReversed())]) {
      expect(router.find("GET", "/x/y")?.route).toBe("GET /x/y");
      expect(router.find("GET", "/x/1:go")?.route).toBe("GET /x/{b}:go");
      expect(router.find("GET", "/x/1")?.route).toBe("GET /x/{b}");
      expect(router.find("GET", "/1/y")?.route).toBe("GET /{a}/y");
      expect(router.find("GET", "/1/2")?.route).toBe("GET /{a}/{b}");
      expect(router.find("GET", "/1/2/3")?.route).toBe("GET /{a=**}");
    }
  });

  it("goes on looking where the nearest template lacks the verb", () => {
    const router = routerOf("GET /items/special", "DELETE /items/{id}");
    expect(router.find("DELETE", "/items/special")).toMatchObject({ route: "DELETE /items/{id}", values: ["special"] });
  });

  it("answers HEAD by the GET route unless it has its own", () => {
    const router = routerOf("GET /a", "GET /b", "HEAD /b");
    expect(router.find("HEAD", "/a")?.route).toBe("GET /a");
    expect(router.findStatic("HEAD", "/b")?.route).toBe("HEAD /b");
  });

  it("keeps the first of equal templates, and says so", () => {
    const router = routerOf("GET /items/{id}");
    expect(router.add("GET", parsePathTemplate("/items/{name}"), "second")).toBe(false);
    expect(router.find("GET", "/items/7")?.route).toBe("GET /items/{id}");
  });

  it("tells the verbs of a path", () => {
    const router = routerOf("GET /items/{id}", "DELETE /items/{id}", "POST /items/{id}:cancel", "PUT /{a}/{b}");
    expect(router.verbsAt("/items/7")).toEqual(["DELETE", "GET", "HEAD", "PUT"]);
    expect(router.verbsAt("/items")).toEqual([]);
  });

  it("matches long paths in linear time", () => {
    const router = routerOf("GET /{a}-{b}-{c}:end", "GET /{name=**}/x/y");
    const began = performance.now();
    expect(router.find("GET", `/${"-".repeat(200_000)}`)).toBeUndefined();
    expect(router.find("GET", "/x/x".repeat(50_000))).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
