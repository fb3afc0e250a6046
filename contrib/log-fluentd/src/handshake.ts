import { createHash, randomBytes } from "node:crypto";

/** What a server with `<security>` asks of its clients. */
export interface FluentdSecurity {
  /** The `shared_key` of the server. */
  readonly sharedKey: string;
  /** By which the server knows this client. Default: the name of the machine. */
  readonly hostname?: string | undefined;
  /** For servers with `user_auth`. Default none. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** The client's side of https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1.5#handshake-messages */
export interface Handshake {
  /** The PING for a HELO. Throws for what is no HELO. */
  ping(helo: unknown): unknown[];
  /** Throws for a PONG that refuses, or that comes from somebody who does not know the key. */
  check(pong: unknown): void;
}

type Part = string | Uint8Array;

export function createHandshake(security: FluentdSecurity & { readonly hostname: string }): Handshake {
  const { sharedKey, hostname, username = "", password = "" } = security;
  const salt = randomBytes(16);
  let nonce: Part = "";
  return {
    ping(helo) {
      if (!isHelo(helo)) throw new Error("the server sent something else than HELO: is it without <security>?");
      nonce = partOf(helo[1].nonce);
      const auth = partOf(helo[1].auth);
      const asked = auth.length > 0;
      const key = digest(salt, hostname, nonce, sharedKey);
      return ["PING", hostname, salt, key, asked ? username : "", asked ? digest(auth, username, password) : ""];
    },
    check(pong) {
      if (!Array.isArray(pong) || pong[0] !== "PONG") throw new Error("the server sent something else than PONG");
      const [, accepted, reason, serverName, key] = pong;
      if (accepted !== true) throw new Error(`the server refused the handshake: ${String(reason).slice(0, 200)}`);
      if (key !== digest(salt, String(serverName), nonce, sharedKey))
        throw new Error("the server does not know the shared key");
    },
  };
}

/** Whether a server has begun a handshake. */
export function isHelo(message: unknown): message is ["HELO", Readonly<Record<string, unknown>>] {
  return Array.isArray(message) && message[0] === "HELO" && typeof message[1] === "object" && message[1] !== null;
}

function partOf(value: unknown): Part {
  return typeof value === "string" || value instanceof Uint8Array ? value : "";
}

function digest(...parts: readonly Part[]): string {
  const hash = createHash("sha512");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
