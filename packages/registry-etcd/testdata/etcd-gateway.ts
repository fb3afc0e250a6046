// etcd as others see it: through its JSON gateway, past the client that is tested.

const encode = (text: string) => Buffer.from(text).toString("base64");
const decode = (text: string | undefined) => Buffer.from(text ?? "", "base64").toString();

export interface StoredKey {
  key: string;
  value: string;
  /** How long its lease was granted for, in s; undefined without one. */
  leaseSeconds: number | undefined;
}

/** Calls the gateway of a server. Throws an Error with what it answered. */
export function gatewayOf(url: string) {
  async function call(path: string, body: object, token?: string) {
    const headers = token === undefined ? undefined : { Authorization: token };
    const response = await fetch(`${url}/v3/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      ...(headers && { headers }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return JSON.parse(text);
  }
  async function leaseSeconds(ID: string | undefined): Promise<number | undefined> {
    return ID === undefined ? undefined : Number((await call("lease/timetolive", { ID })).grantedTTL);
  }
  return {
    call,
    async put(key: string, value: string): Promise<void> {
      await call("kv/put", { key: encode(key), value: encode(value) });
    },
    async delete(key: string): Promise<void> {
      await call("kv/deleterange", { key: encode(key) });
    },
    /** All keys, in their order. */
    async keys(): Promise<StoredKey[]> {
      const all = encode("\0");
      const { kvs = [] } = await call("kv/range", { key: all, range_end: all });
      return Promise.all(
        kvs.map(async (kv: { key: string; value?: string; lease?: string }) => ({
          key: decode(kv.key),
          value: decode(kv.value),
          leaseSeconds: await leaseSeconds(kv.lease),
        })),
      );
    },
    async clear(): Promise<void> {
      const all = encode("\0");
      await call("kv/deleterange", { key: all, range_end: all });
    },
    /** Ends every lease. */
    async revokeAll(): Promise<void> {
      const { leases = [] } = await call("lease/leases", {});
      for (const { ID } of leases) await call("lease/revoke", { ID });
    },
    /** Forgets all revisions but the newest. */
    async compact(): Promise<void> {
      const { header } = await call("kv/range", { key: encode("x") });
      await call("kv/compaction", { revision: header.revision });
    },
    /** Asks for a login from now on, by the root's password. */
    async enableAuth(password: string): Promise<void> {
      await call("auth/user/add", { name: "root", password });
      await call("auth/role/add", { name: "root" });
      await call("auth/user/grant", { user: "root", role: "root" });
      await call("auth/enable", {});
    },
  };
}
