import { type Context, runInContext } from "@kratos-ts/core";
import type { Life } from "./life.ts";
import { limited } from "./limited.ts";

/**
 * A step of its own in the app's life. `ctx` has the app's info (`appInfoKey`); its signal aborts when the hook must
 * give up, and its deadline says when that is.
 */
export type Hook = (ctx: Context) => void | Promise<void>;

/** One function or several, which run one after the other. */
export interface Hooks {
  /** Before any server listens. When one fails, the app does not start. */
  beforeStart?: Hook | readonly Hook[] | undefined;
  /** When every server listens and the app is registered. When one fails, the app stops. */
  afterStart?: Hook | readonly Hook[] | undefined;
  /** First of all when an app stops that came as far as after-start, while it is still registered and serves. */
  beforeStop?: Hook | readonly Hook[] | undefined;
  /** Last of all, when every server has stopped; also when the start failed, wherever that was. */
  afterStop?: Hook | readonly Hook[] | undefined;
}

/** The steps of the hooks of one kind, in their order. */
export function* hookSteps(life: Life, kind: keyof Hooks): Generator<() => Promise<void>> {
  const starts = kind === "beforeStart" || kind === "afterStart";
  const parent = starts ? life.starting : life.context;
  const option = starts ? "startTimeout" : "stopTimeout";
  for (const hook of life.options.hooks[kind]) {
    const what = hook.name === "" || hook.name === kind ? `${kind} hook` : `${kind} hook ${hook.name}`;
    // What a hook leaves running must not inherit the hook's own deadline, so it runs in the app's context.
    const run = (ctx: Context) => runInContext(life.context, hook, ctx);
    yield () => limited(run, { what, parent, ms: life.options[option], option });
  }
}
