import { parseArgs } from "node:util";

/** Where the servers listen. */
export interface Settings {
  readonly http: string;
  readonly grpc: string;
}

/** From flags, else from the environment, else ports 8000 and 9000. Throws an error that tells which flags there are. */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings {
  const options = { http: { type: "string" }, grpc: { type: "string" } } as const;
  try {
    const { http, grpc } = parseArgs({ args: [...args], options }).values;
    return { http: http ?? env.HTTP_ADDRESS ?? ":8000", grpc: grpc ?? env.GRPC_ADDRESS ?? ":9000" };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${howToSet}`, { cause: error });
  }
}

export const howToSet: string =
  "Set the addresses by --http :8000 --grpc :9000, or by HTTP_ADDRESS and GRPC_ADDRESS in the environment.";
