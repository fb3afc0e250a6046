// The least that answers the same on node:http: the floor of the HTTP servers.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { serverReady } from "../harness/answers.ts";

const server = createServer((request, response) => {
  const url = request.url ?? "/";
  if (url.startsWith("/helloworld/")) hello(url, response);
  else if (url === "/bench/echo") echo(request, response);
  else find(url, response);
});
server.listen(0, "127.0.0.1", () => serverReady(server.address() as AddressInfo));

function hello(url: string, response: ServerResponse): void {
  const query = url.indexOf("?");
  const path = query < 0 ? url : url.slice(0, query);
  send(response, { message: `Hello ${decodeURIComponent(path.slice("/helloworld/".length))}` });
}

function echo(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => send(response, JSON.parse(Buffer.concat(chunks).toString())));
}

function find(url: string, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const [, , tenant = "", , shelf = "", , book = ""] = pathname.split("/");
  send(response, {
    tenant: decodeURIComponent(tenant),
    shelf: decodeURIComponent(shelf),
    book: decodeURIComponent(book),
    pageSize: Number(searchParams.get("page_size")),
    pageToken: searchParams.get("page_token"),
    orderBy: searchParams.get("order_by"),
    archived: searchParams.get("archived") === "true",
    tags: searchParams.getAll("tags"),
  });
}

function send(response: ServerResponse, reply: unknown): void {
  const body = JSON.stringify(reply);
  // A string goes out in one piece with the headers, which a Buffer does not.
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}
