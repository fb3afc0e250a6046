import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { type Logger, type PeerIdentity, peerIdentityKey } from "@kratos-ts/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { Echo } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { createInteropServer, type InteropOptions, requestOf } from "../../testdata/interop-server.ts";
import { RawClient } from "../../testdata/raw-grpc.ts";
import { ca, clientCertificate, serverCertificate } from "../../testdata/tls.ts";

const { getItem } = Echo.method;

/** Waits for what is logged. */
function listener() {
  const lines: string[] = [];
  let wake = (): void => {};
  const note = (text: string): void => {
    lines.push(text);
    wake();
  };
  const logger = { info: note, error: note, warn: () => {}, debug: () => {} } as unknown as Logger;
  const heard = async (text: string): Promise<void> => {
    while (!lines.some((line) => line.includes(text))) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { logger, heard };
}

async function files() {
  const folder = await mkdtemp(join(tmpdir(), "kratos-tls-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  await writeFile(certFile, serverCertificate.cert);
  await writeFile(keyFile, serverCertificate.key);
  return { certFile, keyFile };
}

async function started(options: InteropOptions) {
  const server = createInteropServer(options);
  await server.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { server, endpoint: server.endpoint().replace("127.0.0.1", "localhost") };
}

/** The name in the certificate that a new connection is shown. */
async function shownBy(endpoint: string): Promise<unknown> {
  const port = Number(endpoint.split(":").pop());
  const socket: TLSSocket = connect({ host: "localhost", port, ca, checkServerIdentity: () => undefined });
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

describe("certificates in files", () => {
  it("are taken anew when they change, and the connections that are open stay", async () => {
    const { certFile, keyFile } = await files();
    const { logger, heard } = listener();
    const { endpoint } = await started({ tls: { certFile, keyFile, reloadMs: 10 }, logger });
    await using client = await RawClient.connect(endpoint, { ca });
    const before = await shownBy(endpoint);
    await writeFile(certFile, clientCertificate.cert);
    // Half of a change is no pair: the old ones stay.
    await heard("can't be used");
    expect(await shownBy(endpoint)).toBe(before);
    await writeFile(keyFile, clientCertificate.key);
    await heard("was renewed");
    expect(await shownBy(endpoint)).not.toBe(before);
    expect((await client.send(requestOf(getItem))).trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("that are missing fail the start with their name", async () => {
    const { keyFile } = await files();
    const server = createInteropServer({ tls: { certFile: "/nowhere/cert.pem", keyFile } });
    await expect(server.start()).rejects.toThrow("can't be read: /nowhere/cert.pem");
    await server.stop();
  });
});

describe("a caller's certificate", () => {
  async function identityOf(options: InteropOptions["tls"], certificate: object): Promise<PeerIdentity | undefined> {
    let identity: PeerIdentity | undefined;
    const implementation = {
      getItem(_request: unknown, ctx: { get(key: typeof peerIdentityKey): PeerIdentity | undefined }) {
        identity = ctx.get(peerIdentityKey);
        return {};
      },
    };
    const { endpoint } = await started({ tls: { ...serverCertificate, ...options }, implementation });
    await using client = await RawClient.connect(endpoint, { ca, ...certificate });
    expect((await client.send(requestOf(getItem))).trailers).toMatchObject({ "grpc-status": "0" });
    // Read while its connection lasts.
    if (identity !== undefined) expect(identity.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    return identity && { ...plain(identity) };
  }

  it("is in the context of its calls", async () => {
    const identity = await identityOf({ ca, requestCert: true }, clientCertificate);
    expect(identity?.commonName).not.toBe("");
    expect(identity?.subject).toContain(`CN=${identity?.commonName}`);
  });

  it("is not there without mutual TLS", async () => {
    expect(await identityOf({}, clientCertificate)).toBeUndefined();
    expect(await identityOf({ ca, requestCert: true, rejectUnauthorized: false }, {})).toBeUndefined();
  });
});

function plain({ subject, commonName, subjectAltNames, fingerprint }: PeerIdentity): PeerIdentity {
  return { subject, commonName, subjectAltNames, fingerprint };
}
