import { gatewayOf } from "./etcd-gateway.ts";

/** Makes etcd hold these texts below `/configs/`, and no others. */
export function writerOf(url: string) {
  const gateway = gatewayOf(url);
  let held: Readonly<Record<string, string>> = {};
  return async (texts: Readonly<Record<string, string>>): Promise<void> => {
    for (const key of Object.keys(held)) if (!(key in texts)) await gateway.delete(`/configs/${key}`);
    for (const [key, text] of Object.entries(texts)) if (held[key] !== text) await gateway.put(`/configs/${key}`, text);
    held = texts;
  };
}
