import { Code, ConnectError } from "@connectrpc/connect";
import { Auth } from "../gen/etcdserverpb/rpc_pb.ts";
import { abortable } from "./abortable.ts";
import type { EtcdHost } from "./etcd-host.ts";
import type { EtcdSettings } from "./etcd-options.ts";

/** The token of one user, shared by all calls until etcd no longer takes it. */
export class EtcdToken {
  readonly #settings: EtcdSettings;
  #token: Promise<string> | undefined;

  constructor(settings: EtcdSettings) {
    this.#settings = settings;
  }

  /** Undefined without a login. Throws the ConnectError of the login, or the signal's reason. */
  async get(host: EtcdHost, signal: AbortSignal | undefined): Promise<string | undefined> {
    if (this.#settings.auth === undefined) return undefined;
    this.#token ??= this.#login(host);
    const token = this.#token;
    try {
      // Others may be waiting for the same login: it goes on.
      return (await (signal === undefined ? token : abortable(token, signal))) || undefined;
    } catch (error) {
      if (!signal?.aborted) this.#forget(token);
      throw error;
    }
  }

  /** Whether a call failed because its token is no longer good; then the next `get` logs in again. */
  async expiredBy(error: unknown, used: string | undefined): Promise<boolean> {
    const { code, rawMessage } = ConnectError.from(error);
    const refused =
      code === Code.Unauthenticated || /auth(entication)? (token|store)|user name is empty/.test(rawMessage);
    if (this.#settings.auth === undefined || !refused) return false;
    const token = this.#token;
    if (token !== undefined && (await token.catch(() => undefined)) === (used ?? "")) this.#forget(token);
    return true;
  }

  #forget(token: Promise<string>): void {
    if (this.#token === token) this.#token = undefined;
  }

  async #login({ transport }: EtcdHost): Promise<string> {
    const { auth, timeoutMs } = this.#settings;
    const request = { name: auth?.username ?? "", password: auth?.password ?? "" };
    try {
      const { message } = await transport.unary(Auth.method.authenticate, undefined, timeoutMs, undefined, request);
      return message.token;
    } catch (error) {
      // The cluster asks nobody who they are.
      if (/authentication is not enabled/.test(String(error))) return "";
      throw error;
    }
  }
}
