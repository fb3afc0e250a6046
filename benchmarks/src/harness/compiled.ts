import { execFile } from "node:child_process";
import { mkdir, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { bundlePackage } from "../../../tools/bundle-package.mjs";

const run = promisify(execFile);
const benchmarks = join(import.meta.dirname, "../..");
const workspace = dirname(benchmarks);

/**
 * Compiles these programs, file by file, and builds the packages of ours that they need as they are published:
 * running sources would charge us for removing types, and the packages of others not.
 *
 * @param programs paths below `src`
 * @returns for each program the path of its JavaScript, in `folder`
 */
export async function compile(programs: readonly string[], folder: string): Promise<Map<string, string>> {
  const packages = await ownPackages();
  await emit(programs, folder);
  for (const packageFolder of packages) await bundlePackage(packageFolder, join(moved(packageFolder, folder), "dist"));
  for (const packageFolder of [benchmarks, ...packages]) await link(packageFolder, folder);
  const output = (program: string): string => join(moved(benchmarks, folder), "src", program.replace(/\.ts$/, ".js"));
  return new Map(programs.map((program) => [program, output(program)]));
}

async function emit(programs: readonly string[], folder: string): Promise<void> {
  const config = join(folder, "tsconfig.json");
  const settings = {
    extends: join(workspace, "tsconfig.base.json"),
    compilerOptions: { noCheck: true, types: [], rootDir: workspace, outDir: folder },
    files: programs.map((program) => join(benchmarks, "src", program)),
  };
  await mkdir(folder, { recursive: true });
  await writeFile(config, JSON.stringify(settings));
  await run(join(benchmarks, "node_modules/.bin/tsc"), ["--project", config]);
}

// What a package needs to be found and to find others: its package.json, and node_modules with ours moved.
async function link(packageFolder: string, folder: string): Promise<void> {
  const target = moved(packageFolder, folder);
  await mkdir(target, { recursive: true });
  const manifest = JSON.parse(await readFile(join(packageFolder, "package.json"), "utf8"));
  await writeFile(join(target, "package.json"), JSON.stringify({ ...manifest, ...manifest.publishConfig }));
  for (const name of await dependencies(packageFolder)) {
    const place = join(target, "node_modules", name);
    const source = await realpath(join(packageFolder, "node_modules", name));
    await mkdir(dirname(place), { recursive: true });
    await symlink(name.startsWith("@kratos-ts/") ? moved(source, folder) : source, place);
  }
}

const moved = (path: string, folder: string): string => join(folder, relative(workspace, path));

async function ownPackages(): Promise<string[]> {
  const own = (await dependencies(benchmarks)).filter((name) => name.startsWith("@kratos-ts/"));
  return Promise.all(own.map((name) => realpath(join(benchmarks, "node_modules", name))));
}

async function dependencies(packageFolder: string): Promise<string[]> {
  return Object.keys(JSON.parse(await readFile(join(packageFolder, "package.json"), "utf8")).dependencies ?? {});
}
