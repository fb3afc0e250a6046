import { describe, expect, it } from "vitest";
import { Child } from "./child.ts";

const node = (script: string) => [process.execPath, "--input-type=module", "-e", script];
const echo = `
  import { createInterface } from "node:readline";
  console.log(JSON.stringify({ port: 7, pid: process.pid }));
  createInterface({ input: process.stdin }).on("line", (line) => console.log(JSON.stringify({ line })));
`;

describe("Child", () => {
  it("waits for the greeting, then asks and answers line by line", async () => {
    await using child = await Child.start({ command: node(echo) });
    expect(child.port).toBe(7);
    expect(await Promise.all([child.ask("a"), child.ask("b")])).toEqual([{ line: "a" }, { line: "b" }]);
  });

  it("shows what a program that ends at once wrote", async () => {
    const start = Child.start({ command: node(`console.error("no such option"); process.exit(3)`) });
    await expect(start).rejects.toThrow(/ended with code 3\nno such option/);
  });

  it("shows what a program wrote instead of JSON", async () => {
    const start = Child.start({ command: node(`console.log("debugging")`), name: "server" });
    await expect(start).rejects.toThrow('server wrote "debugging" where a line of JSON was expected');
  });

  it("says so when there is no such program", async () => {
    await expect(Child.start({ command: ["no-such-program"] })).rejects.toThrow("ENOENT");
  });

  it("fails what is asked when the program ends meanwhile", async () => {
    await using child = await Child.start({
      command: node(`console.log("{}"); process.stdin.once("data", () => process.exit(1))`),
    });
    await expect(child.ask("anything")).rejects.toThrow("ended with code 1");
    await expect(child.ask("anything")).rejects.toThrow("ended with code 1");
  });

  it("leaves no process behind when it is disposed", async () => {
    const child = await Child.start({ command: node(echo) });
    const { pid } = child;
    await child[Symbol.asyncDispose]();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("kills a program that does not end with its stdin", async () => {
    const child = await Child.start({ command: node(`console.log("{}"); setInterval(() => {}, 1000)`), stopMs: 50 });
    const { pid } = child;
    await child[Symbol.asyncDispose]();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("kills the program when it is told to stop", async () => {
    const stopping = new AbortController();
    await using child = await Child.start({ command: node(echo), signal: stopping.signal });
    const { pid } = child;
    const asked = child.ask("a").then(() => child.ask("b"));
    stopping.abort();
    await expect(asked).rejects.toThrow();
    await child[Symbol.asyncDispose]();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});
