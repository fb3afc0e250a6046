// The network between a client and a server, with the faults that networks have.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

export interface Network extends AsyncDisposable {
  /** Where clients find the server. */
  readonly port: number;
  /** How many connections were made through it so far. */
  readonly connections: number;
  /** Resets all connections, and each new one at once. */
  cut(): void;
  /** Nothing gets through, on old connections or new ones; after `heal` it does. */
  drop(): void;
  /** Nothing gets through old connections, ever; new ones work. So it is when a router has forgotten them. */
  strand(): void;
  /** Everything takes so long in each direction, in ms. */
  delay(ms: number): void;
  /** Ends every fault but `strand`. */
  heal(): void;
}

export interface NetworkOptions {
  /** The port of the server, on 127.0.0.1. */
  to: number;
  /** Encrypts the clients' side with the certificate of `localhost`. Default false. */
  tls?: boolean;
}

/** The certificate that clients of an encrypted network have to trust: of `localhost` and 127.0.0.1. */
export const localhostCertificate = readFileSync(new URL("tls/localhost.cert.pem", import.meta.url));

export async function startNetwork(options: NetworkOptions): Promise<Network> {
  const network = new FaultyNetwork(options);
  await network.listen();
  return network;
}

type Fault = "none" | "cut" | "drop";

class FaultyNetwork implements Network {
  readonly #to: number;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #fault: Fault = "none";
  #delayMs = 0;
  connections = 0;

  constructor({ to, tls = false }: NetworkOptions) {
    this.#to = to;
    const accept = (client: Socket) => this.#accept(client);
    const key = readFileSync(new URL("tls/localhost.key.pem", import.meta.url));
    this.#server = tls
      ? createTlsServer({ key, cert: localhostCertificate, ALPNProtocols: ["h2", "http/1.1"] }, accept)
      : createServer(accept);
  }

  async listen(): Promise<void> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#fault = "cut";
    for (const link of this.#links) link.reset();
  }

  drop(): void {
    this.#fault = "drop";
    for (const link of this.#links) link.pause();
  }

  strand(): void {
    for (const link of this.#links) link.strand();
  }

  delay(ms: number): void {
    this.#delayMs = ms;
  }

  heal(): void {
    this.#fault = "none";
    this.#delayMs = 0;
    for (const link of this.#links) link.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server.close(), "close");
    for (const link of this.#links) link.reset();
    await closed;
  }

  #accept(client: Socket): void {
    this.connections++;
    const link = new Link(client, { to: this.#to, delayMs: () => this.#delayMs });
    this.#links.add(link);
    link.whenClosed(() => this.#links.delete(link));
    if (this.#fault === "cut") link.reset();
    if (this.#fault === "drop") link.pause();
  }
}

/** One connection, and the one to the server that goes with it. */
class Link {
  readonly #sides: readonly [Socket, Socket];
  #stranded = false;

  constructor(client: Socket, { to, delayMs }: { to: number; delayMs: () => number }) {
    const server = connect(to, "127.0.0.1");
    this.#sides = [client, server];
    forward(client, server, delayMs);
    forward(server, client, delayMs);
  }

  whenClosed(callback: () => void): void {
    this.#sides[0].once("close", callback);
  }

  reset(): void {
    for (const side of this.#sides) side.destroy();
  }

  pause(): void {
    for (const side of this.#sides) side.pause();
  }

  resume(): void {
    if (!this.#stranded) for (const side of this.#sides) side.resume();
  }

  strand(): void {
    this.#stranded = true;
    this.pause();
  }
}

function forward(from: Socket, to: Socket, delayMs: () => number): void {
  // Order is kept: what comes later is not sent earlier, though the delay became shorter meanwhile.
  let last = Promise.resolve();
  const later = (action: () => void) => {
    const ms = delayMs();
    const due = ms === 0 ? undefined : new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
    last = last.then(() => due).then(action);
  };
  from.on("data", (chunk) => later(() => void to.write(chunk)));
  from.on("end", () => later(() => void to.end()));
  from.on("error", () => to.destroy());
  from.on("close", () => later(() => void to.destroy()));
}
