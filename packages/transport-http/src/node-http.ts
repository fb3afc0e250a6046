/**
 * node:http without the cost of importing it: an import reads every export, and reading `WebSocket` loads all of Node's
 * fetch, which is tens of milliseconds of each start.
 */
export const nodeHttp: typeof import("node:http") = process.getBuiltinModule("node:http");
