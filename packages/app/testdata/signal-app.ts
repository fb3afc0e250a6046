// An app in a process of its own, for tests that send it signals. It tells on stdout how far it is; the mode `stuck`
// has a server that never stops by itself.
import { createApp } from "../src/index.ts";
import { fakeServer } from "./fakes.ts";

const say = (what: string) => () => console.log(what);
const mode = process.argv[2];
const server = fakeServer([], "only", {
  stop: () => (mode === "stuck" ? new Promise(() => {}) : Promise.resolve()),
});
const hooks = { afterStart: say("started"), beforeStop: say("stopping"), afterStop: say("stopped") };
const failing = { ...hooks, afterStop: () => Promise.reject(new Error("the disk is full")) };

await createApp({ servers: [server], stopTimeout: 60_000, hooks: mode === "failing" ? failing : hooks }).run();
console.log(`listeners left: ${process.listenerCount("SIGTERM") + process.listenerCount("SIGINT")}`);
