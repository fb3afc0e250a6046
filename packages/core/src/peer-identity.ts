import { type ContextKey, createContextKey } from "./context-key.ts";

/**
 * Who calls, by the certificate that was checked when the connection was made (mutual TLS). It is read when the first
 * part of it is asked for, which is to happen while the connection lasts.
 */
export interface PeerIdentity {
  /** The subject, such as `CN=orders,O=Example`: the parts as they are in the certificate. */
  readonly subject: string;
  /** The common name of the subject; empty when it has none. */
  readonly commonName: string;
  /** The subject alternative names, such as `DNS:orders.example.com` and `URI:spiffe://example.com/orders`. */
  readonly subjectAltNames: readonly string[];
  /** SHA-256 of the certificate, in hexadecimal with colons. */
  readonly fingerprint: string;
}

/** The caller's certificate; undefined without mutual TLS, and for a certificate that was not trusted. */
export const peerIdentityKey: ContextKey<PeerIdentity | undefined> = createContextKey<PeerIdentity | undefined>(
  undefined,
  { description: "peer identity" },
);

/** What is needed of a `TLSSocket` of node:tls. */
export interface CertifiedSocket {
  readonly authorized?: boolean;
  getPeerCertificate?(): {
    readonly subject?: Readonly<Record<string, string | readonly string[] | undefined>>;
    readonly subjectaltname?: string | undefined;
    readonly fingerprint256?: string | undefined;
  };
}

/** For transports: the identity of a connection's other side, read when somebody looks; undefined when it has none. */
export function peerIdentityOf(socket: CertifiedSocket): PeerIdentity | undefined {
  return socket.authorized === true && socket.getPeerCertificate !== undefined ? new LazyIdentity(socket) : undefined;
}

class LazyIdentity implements PeerIdentity {
  readonly #socket: CertifiedSocket;
  #certificate: ReturnType<NonNullable<CertifiedSocket["getPeerCertificate"]>> | undefined;

  constructor(socket: CertifiedSocket) {
    this.#socket = socket;
  }

  get subject(): string {
    const parts = Object.entries(this.#read().subject ?? {});
    return parts.flatMap(([name, value]) => [value ?? []].flat().map((each) => `${name}=${each}`)).join(",");
  }
  get commonName(): string {
    return [this.#read().subject?.CN ?? ""].flat()[0] ?? "";
  }
  get subjectAltNames(): readonly string[] {
    // A value with a comma in it is in quotes, as JSON has them.
    const text = this.#read().subjectaltname ?? "";
    return (text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []).map((name) => name.trim());
  }
  get fingerprint(): string {
    return this.#read().fingerprint256 ?? "";
  }

  #read() {
    this.#certificate ??= this.#socket.getPeerCertificate?.() ?? {};
    return this.#certificate;
  }
}
