// The example as people run it: the service in a process of its own, called by whatever speaks HTTP or gRPC.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { KratosError } from "@kratos-ts/core";
import { ErrorInfoSchema } from "@kratos-ts/core/proto/google/rpc/error_details_pb.js";
import { StatusSchema } from "@kratos-ts/core/proto/google/rpc/status_pb.js";
import { createGrpcTransport } from "@kratos-ts/transport-grpc";
import { createHttpTransport } from "@kratos-ts/transport-http";
import { afterAll, describe, expect, test } from "vitest";
import { ensureGrpcHealthProbe } from "../../../tools/external/grpc-health-probe.ts";
import { ensureGrpcurl } from "../../../tools/external/grpcurl.ts";
import { isContentMissing, isUserNotFound } from "./errors.ts";
import { Greeter, HelloReplySchema, HelloRequestSchema } from "./gen/helloworld/v1/greeter_pb.ts";

const run = promisify(execFile);
const scriptOf = (name: string) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
const anyPorts = ["--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"];

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Resolves when the text has been written, to all that was written until then. */
  said(text: string): Promise<string>;
  readonly ended: Promise<Ended>;
}

function startMain(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Running {
  const child = spawn(process.execPath, [scriptOf("main"), ...args], { stdio: ["ignore", "pipe", "pipe"], env });
  let output = "";
  let check = (): void => {};
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += chunk;
      check();
    });
  const ended = once(child, "close").then(([code]) => ({ code, output }));
  const said = (text: string) =>
    new Promise<string>((resolve, reject) => {
      check = () => output.includes(text) && resolve(output);
      check();
      ended.then(() => reject(new Error(`it ended without saying ${text}: ${output}`)));
    });
  const dispose = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  return { child, ended, said, [Symbol.asyncDispose]: dispose };
}

/** Where it says that it listens. */
function addressesIn(output: string): { url: string; address: string } {
  const [, url = "", address = ""] = /HTTP listens on (\S+), gRPC on (\S+)\. Try:/.exec(output) ?? [];
  return { url, address };
}

const main = startMain(anyPorts);
afterAll(() => main[Symbol.asyncDispose]());
const greeting = await main.said("Ctrl-C stops it");
const { url, address } = addressesIn(greeting);

/** The commands of the greeting that start so. */
function commandsOf(program: string): string[] {
  return greeting.split("\n").flatMap((line) => (line.trim().startsWith(program) ? [line.trim()] : []));
}

describe("over HTTP", () => {
  test("a GET is greeted", async () => {
    const reply = await fetch(`${url}/helloworld/kratos`);
    expect([reply.status, await reply.json()]).toEqual([200, { message: "Hello kratos" }]);
  });

  test("nobody is a typed error", async () => {
    const reply = await fetch(`${url}/helloworld/nobody`);
    const metadata = { name: "nobody" };
    expect(reply.status).toBe(404);
    expect(await reply.json()).toEqual({
      code: 404,
      reason: "USER_NOT_FOUND",
      message: "user nobody not found",
      metadata,
    });
  });

  test("a blank name is another one", async () => {
    const reply = await fetch(`${url}/helloworld/%20`);
    expect([reply.status, await reply.json()]).toMatchObject([400, { code: 400, reason: "CONTENT_MISSING" }]);
  });

  test("the curl commands that it prints work", async () => {
    const outputs = await Promise.all(
      commandsOf("curl").map((line) => run("sh", ["-c", `${line.replace("curl", "curl -sS")}`])),
    );
    expect(outputs.map(({ stdout }) => stdout)).toEqual([
      '{"message":"Hello kratos"}',
      expect.stringMatching(/^HTTP\/1\.1 404 .*"reason":"USER_NOT_FOUND"/s),
      expect.stringMatching(/^HTTP\/1\.1 400 .*"reason":"CONTENT_MISSING"/s),
    ]);
  });
});

describe.each([
  ["HTTP", () => createHttpTransport({ endpoint: url })],
  ["gRPC", () => createGrpcTransport({ endpoint: address })],
])("by the client over %s", (_, createTransport) => {
  test("everybody is greeted", async () => {
    await using transport = createTransport();
    const client = createClient(Greeter, transport);
    expect(await client.sayHello({ name: "kratos" })).toMatchObject({ message: "Hello kratos" });
    expect(await client.sayHello({ name: "Ada & Søn, 日本 100%?" })).toMatchObject({
      message: "Hello Ada & Søn, 日本 100%?",
    });
  });

  test("the typed errors arrive as they were thrown", async () => {
    await using transport = createTransport();
    const client = createClient(Greeter, transport);
    const thrown = await client.sayHello({ name: "nobody" }).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(KratosError);
    expect([isUserNotFound(thrown), isContentMissing(thrown)]).toEqual([true, false]);
    expect(thrown).toMatchObject({ message: "user nobody not found", metadata: { name: "nobody" } });
    const other = await client.sayHello({ name: " " }).catch((error: unknown) => error);
    expect([isUserNotFound(other), isContentMissing(other)]).toEqual([false, true]);
  });
});

describe("by @grpc/grpc-js", () => {
  const sayHello = (client: Client, name: string) =>
    new Promise<unknown>((resolve, reject) => {
      const serialize = (init: string) =>
        Buffer.from(toBinary(HelloRequestSchema, { $typeName: "helloworld.v1.HelloRequest", name: init }));
      const deserialize = (bytes: Buffer) => fromBinary(HelloReplySchema, bytes);
      const done = (error: ServiceError | null, reply: unknown) => (error === null ? resolve(reply) : reject(error));
      client.makeUnaryRequest("/helloworld.v1.Greeter/SayHello", serialize, deserialize, name, done);
    });

  test("it is greeted, and sees the error's code, text and reason", async () => {
    const client = new Client(address, credentials.createInsecure());
    try {
      expect(await sayHello(client, "kratos")).toMatchObject({ message: "Hello kratos" });
      const error: ServiceError = await sayHello(client, "nobody").then(
        () => expect.unreachable(),
        (error) => error,
      );
      expect([error.code, error.details]).toEqual([5, "user nobody not found"]);
      const [bytes] = error.metadata.get("grpc-status-details-bin");
      const [detail] = fromBinary(StatusSchema, bytes as Buffer).details;
      expect(anyUnpack(detail!, ErrorInfoSchema)).toMatchObject({
        reason: "USER_NOT_FOUND",
        metadata: { name: "nobody" },
      });
    } finally {
      client.close();
    }
  });
});

const grpcurl = await ensureGrpcurl();
describe.skipIf(!grpcurl)("by grpcurl", () => {
  // The command is printed for this folder's terminal; only the program's place differs here.
  const [command = ""] = commandsOf("grpcurl").map((line) => line.replace("grpcurl", `'${grpcurl}'`));

  test("without a proto file it finds the services and their methods", async () => {
    const { stdout: services } = await run(String(grpcurl), ["-plaintext", address, "list"]);
    expect(services.split("\n")).toContain("helloworld.v1.Greeter");
    const { stdout: method } = await run(String(grpcurl), [
      "-plaintext",
      address,
      "describe",
      "helloworld.v1.Greeter.SayHello",
    ]);
    expect(method).toContain("rpc SayHello ( .helloworld.v1.HelloRequest ) returns ( .helloworld.v1.HelloReply )");
  });

  test("the command that it prints is greeted", async () => {
    const { stdout } = await run("sh", ["-c", command]);
    expect(JSON.parse(stdout)).toEqual({ message: "Hello kratos" });
  });

  test("the typed error arrives", async () => {
    const thrown = await run("sh", ["-c", command.replace('"kratos"', '"nobody"')]).catch((error) => error);
    expect(thrown.stderr).toMatch(/Code: NotFound\s+Message: user nobody not found/);
    expect(thrown.stderr).toContain("USER_NOT_FOUND");
  });
});

const healthProbe = await ensureGrpcHealthProbe();
test.skipIf(!healthProbe)("grpc-health-probe finds it healthy", async () => {
  const { stderr } = await run(String(healthProbe), [`-addr=${address}`]);
  expect(stderr).toContain("status: SERVING");
});

test("the client of the example shows replies and typed errors over both", async () => {
  const { stdout } = await run(process.execPath, [scriptOf("client"), "--http", url, "--grpc", address]);
  const shown = (kind: string) => [
    `${kind} sayHello("kratos"): Hello kratos`,
    `${kind} sayHello("nobody"): user not found (KratosError: user nobody not found)`,
    `${kind} sayHello(" "): content missing (KratosError: say whom to greet: the name is empty)`,
  ];
  expect(stdout.trim().split("\n")).toEqual([...shown("http"), ...shown("grpc")]);
});

test("the client says which server it can't reach, and ends with 1", async () => {
  const thrown = await run(process.execPath, [scriptOf("client"), "--http", "http://127.0.0.1:1"]).catch(
    (error) => error,
  );
  expect([thrown.code, thrown.stdout]).toEqual([1, ""]);
  expect(thrown.stderr).toContain("127.0.0.1:1");
  expect(thrown.stderr).not.toContain("    at ");
});

describe("the process", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("ends with 0 after %s", async (signal) => {
    await using service = startMain(anyPorts);
    await service.said("Ctrl-C stops it");
    service.child.kill(signal);
    const { code, output } = await service.ended;
    expect(output).toMatch(/stopping\nstopped\n$/);
    expect(code).toBe(0);
  });

  test("takes its addresses from the environment as well", async () => {
    await using service = startMain([], { ...process.env, HTTP_ADDRESS: "127.0.0.1:0", GRPC_ADDRESS: "127.0.0.1:0" });
    const { url } = addressesIn(await service.said("Ctrl-C stops it"));
    expect((await fetch(`${url}/helloworld/kratos`)).status).toBe(200);
  });

  test.each([
    ["HTTP", new URL(url).port, (taken: string) => ["--http", taken, "--grpc", "127.0.0.1:0"]],
    ["gRPC", address.split(":")[1]!, (taken: string) => ["--http", "127.0.0.1:0", "--grpc", taken]],
  ])("says which port is taken when %s can't listen, and how to change it, and ends with 1", async (_, port, args) => {
    await using service = startMain(args(`127.0.0.1:${port}`));
    const { code, output } = await service.ended;
    expect(code).toBe(1);
    expect(output).toContain(`127.0.0.1:${port}`);
    expect(output).toContain("--http :8000 --grpc :9000");
    expect(output).not.toContain("    at ");
    expect(output).not.toContain("HTTP listens");
  });

  test("says which flags there are when it does not know one", async () => {
    await using service = startMain(["--https", ":1"]);
    const { code, output } = await service.ended;
    expect(code).toBe(1);
    expect(output).toContain("--https");
    expect(output).toContain("--http :8000 --grpc :9000");
    expect(output).not.toContain("    at ");
  });
});
