import { describe, expect, it, onTestFinished } from "vitest";
import { echo } from "../../testdata/echo.ts";
import { Echo } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { send } from "../../testdata/http.ts";
import { createHttpServer } from "./http-server.ts";

async function started(): Promise<string> {
  const handler = async (request: Request): Promise<Response> => {
    const form = await request.formData();
    const file = form.get("file") as File;
    return Response.json({ note: form.get("note"), name: file.name, type: file.type, size: file.size });
  };
  const server = createHttpServer({ address: "127.0.0.1:0", maxBodyBytes: 1000 })
    .service(Echo, echo)
    .post("/small", handler)
    .post("/large", { handler, maxBodyBytes: 1024 * 1024 })
    .post("/json", async (request) => Response.json(await request.json()))
    .post("/twice", async (request) => {
      await request.json();
      return Response.json(await request.json());
    });
  await server.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server.endpoint();
}

function formOf(size: number): FormData {
  const form = new FormData();
  form.set("note", "grüße");
  form.set("file", new File(["x".repeat(size)], "a b.txt", { type: "text/plain" }));
  return form;
}

const tooLarge = { code: 413, reason: "BODY_TOO_LARGE" };

describe("a multipart upload to a hand-written route", () => {
  it("is read with formData()", async () => {
    const answer = await fetch(`${await started()}/large`, { method: "POST", body: formOf(100_000) });
    expect(await answer.json()).toEqual({ note: "grüße", name: "a b.txt", type: "text/plain", size: 100_000 });
  });

  it("is bounded by the route's own limit, and by the server's without one", async () => {
    const endpoint = await started();
    for (const [path, size] of [
      ["/small", 1000],
      ["/large", 1024 * 1024],
    ] as const) {
      const answer = await fetch(endpoint + path, { method: "POST", body: formOf(size) });
      expect(await answer.json()).toMatchObject(tooLarge);
    }
  });

  it("is bounded when its length is not declared, too", async () => {
    const whole = new Request("http://x", { method: "POST", body: formOf(2000) });
    const body = Buffer.from(await whole.arrayBuffer());
    const headers = { "transfer-encoding": "chunked" };
    const type = whole.headers.get("content-type") as string;
    expect((await send(await started(), "POST /small", { type, body, headers })).json).toMatchObject(tooLarge);
  });

  it.each([
    ["multipart/form-data; boundary=x", "no boundary at all"],
    ["multipart/form-data; boundary=x", '--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ncut off'],
    ["multipart/form-data; boundary=x", "--x\r\nContent-Disposition: nonsense\r\n\r\n1\r\n--x--\r\n"],
    ["multipart/form-data; boundary=x", ""],
    ["multipart/form-data", "--x--"],
    ["text/plain", "text"],
    [undefined, "text"],
  ])("of type %s that is %j is a 400", async (type, body) => {
    const answer = await send(await started(), "POST /large", { type, body });
    expect([answer.status, answer.json]).toEqual([
      400,
      {
        code: 400,
        reason: "CODEC",
        message: "body: expected multipart/form-data or application/x-www-form-urlencoded, got something else",
        metadata: {},
      },
    ]);
  });
});

describe("json() of a hand-written route", () => {
  it("makes a 400 of what is no JSON", async () => {
    const endpoint = await started();
    expect((await send(endpoint, "POST /json", { body: '{"a":1}' })).json).toEqual({ a: 1 });
    for (const body of ['{"a":', "", undefined])
      expect((await send(endpoint, "POST /json", { body })).json).toMatchObject({
        code: 400,
        reason: "CODEC",
        message: "body: expected JSON, got something else",
      });
  });

  it("called twice is the handler's mistake", async () => {
    expect((await send(await started(), "POST /twice", { body: "1" })).status).toBe(500);
  });
});

describe("a raw upload into google.api.HttpBody", () => {
  it("keeps its bytes and its content type, and is bounded", async () => {
    const endpoint = await started();
    const body = Buffer.from([0, 0xff, 0x80, 10]);
    const answer = await send(endpoint, "POST /v1/uploads/a.png?overwrite=true", { type: "image/png", body });
    expect(answer.json).toMatchObject({
      filename: "a.png",
      overwrite: true,
      contentType: "image/png",
      size: "4",
      data: body.toString("base64"),
    });
    const large = { type: "image/png", body: Buffer.alloc(1001) };
    expect((await send(endpoint, "POST /v1/uploads/a.png", large)).json).toMatchObject(tooLarge);
  });

  it("keeps a multipart body as it is", async () => {
    const type = "multipart/form-data; boundary=x";
    const body = "--x--\r\n";
    expect(await send(await started(), "POST /v1/raw", { type, body })).toMatchObject({
      headers: { "content-type": type },
      text: body,
    });
  });
});
