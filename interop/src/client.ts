// Runs named calls, read as JSON from stdin, and prints one result per line, as the Go peer's client (go/cmd/client) does:
//   node interop/src/client.ts [--endpoint http://127.0.0.1:8000] [--codec protojson|json|proto] < cases
import { readFlags } from "./peer/flags.ts";
import { jsonObjects, parseJson } from "./peer/json-values.ts";
import { type Case, runCase } from "./peer/run.ts";

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const flags = readFlags({
    // A case may name its own.
    endpoint: { type: "string", default: "" },
    // Of HTTP calls; the transport's own when it is left out.
    codec: { type: "string" },
    // The Go peer needs it; here application/json is protojson in any case.
    json: { type: "string", default: "proto" },
  });
  const options = {
    endpoint: String(flags.endpoint),
    codec: flags.codec === undefined ? undefined : String(flags.codec),
  };
  for await (const text of jsonObjects(process.stdin.setEncoding("utf8")))
    console.log(JSON.stringify(await runCase(parseJson(text) as Case, options)));
}
