// Running other programs: quietly, with their output at hand when they fail.
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { root } from "../workspace.mjs";

/**
 * @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv }} RunOptions
 * @typedef {{ ok: boolean, output: string }} RunResult
 */

/**
 * Runs a program to its end with stdin closed and gives back all that it wrote.
 *
 * @param {readonly string[]} command
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function run([program = "", ...args], { cwd = root, env = process.env } = {}) {
  // npm and the tools of node_modules/.bin are .cmd files on Windows, and those need a shell.
  const shell = process.platform === "win32";
  const child = spawn(program, args, { cwd, env, shell, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ ok: false, output: output + error.message }));
    child.on("close", (code, signal) => {
      resolve({ ok: code === 0, output: signal ? `${output}\nended by ${signal}` : output });
    });
  });
}

/**
 * Like `run`, but throws when the program fails: the error tells what was run and what it wrote.
 *
 * @param {readonly string[]} command
 * @param {RunOptions} [options]
 * @returns {Promise<string>} what the program wrote
 */
export async function mustRun(command, options) {
  const { ok, output } = await run(command, options);
  if (!ok) throw new Error(`\`${command.join(" ")}\` failed\n${output.trim()}`);
  return output;
}

/**
 * A tool that the workspace has installed.
 *
 * @param {string} name
 */
export function workspaceTool(name) {
  return join(root, "node_modules", ".bin", name);
}

/**
 * The environment with these folders first in PATH.
 *
 * @param {...string} folders
 * @returns {NodeJS.ProcessEnv}
 */
export function withPath(...folders) {
  return { ...process.env, PATH: [...folders, process.env.PATH].join(delimiter) };
}
