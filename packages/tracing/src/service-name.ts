import { appInfoKey, type Context, type HeaderList } from "@kratos-ts/core";
import { headerSetter } from "./header-carrier.ts";

/** Tells a server the name of the app that calls it. */
export const serviceNameHeader = "x-md-service-name";

/** Sends the name of the app, in the place of any other. Outside of apps there is none. */
export function sendServiceName(ctx: Context, header: HeaderList): void {
  const name = ctx.get(appInfoKey)?.name;
  if (name) headerSetter.set(header, serviceNameHeader, name);
}
