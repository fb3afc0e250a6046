// Consul's keys as others see them, past the client that is tested.

export function keysOf(url: string) {
  async function call(method: string, path: string, body?: string): Promise<void> {
    const response = await fetch(`${url}/v1/kv/${path}`, { method, ...(body !== undefined && { body }) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
  return {
    put: (key: string, value: string) => call("PUT", key, value),
    delete: (key: string) => call("DELETE", key),
    clear: () => call("DELETE", "?recurse"),
  };
}

/** Makes Consul hold these texts below `configs/`, and no others. */
export function writerOf(url: string) {
  const keys = keysOf(url);
  let held: Readonly<Record<string, string>> = {};
  return async (texts: Readonly<Record<string, string>>): Promise<void> => {
    for (const key of Object.keys(held)) if (!(key in texts)) await keys.delete(`configs/${key}`);
    for (const [key, text] of Object.entries(texts)) if (held[key] !== text) await keys.put(`configs/${key}`, text);
    held = texts;
  };
}
