// `npm start`: runs examples/helloworld on a machine that has any Node >= 20 and npm.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { prepare } from "./toolchain/prepare.mjs";
import { root } from "./workspace.mjs";

// One Ctrl-C reaches us twice when npm is our parent: from the terminal, and again from npm.
const SAME_SIGNAL_MS = 200;
const PARENT_CHECK_MS = 250;

try {
  const { node, env } = await prepare();
  // Node 22 says at every start that it runs TypeScript by an experimental feature.
  const flags = ["--disable-warning=ExperimentalWarning"];
  runInForeground(node, [...flags, join(root, "examples/helloworld/src/main.ts"), ...process.argv.slice(2)], env);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/**
 * Runs the program as if it were this one: its terminal, its signals (each once), its exit code.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
function runInForeground(program, args, env) {
  // In a process group of its own the program hears no signal but those that are passed on here.
  const child = spawn(program, args, { env, stdio: "inherit", detached: process.platform !== "win32" });
  child.on("error", (error) => {
    console.error(`cannot run ${program}: ${error.message}`);
    process.exitCode = 1;
  });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) passOn(signal, child);
  const watch = process.env.npm_lifecycle_event ? watchParent(child) : undefined;
  child.on("exit", (code, signal) => {
    clearInterval(watch);
    process.removeAllListeners();
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code ?? 1;
  });
}

/**
 * @param {NodeJS.Signals} signal
 * @param {import("node:child_process").ChildProcess} child
 */
function passOn(signal, child) {
  let last = Number.NEGATIVE_INFINITY;
  process.on(signal, () => {
    const now = performance.now();
    if (now - last > SAME_SIGNAL_MS && process.platform !== "win32") child.kill(signal);
    last = now;
  });
}

/**
 * Stops the program when our parent is gone. npm hands a SIGTERM to the shell between itself and us, and the shell
 * dies of it without a word.
 *
 * @param {import("node:child_process").ChildProcess} child
 */
function watchParent(child) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill("SIGTERM");
  }, PARENT_CHECK_MS);
  return watch;
}
