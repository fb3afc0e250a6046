/** Puts the results of one part of the benchmarks between its markers, and leaves the rest as it is. */
export function replaceResults(readme: string, part: string, results: string): string {
  const [begin, end] = [`<!-- results of ${part} -->`, `<!-- end of ${part} -->`];
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the README has no \`${begin}\` … \`${end}\` to put the results between`);
  return `${readme.slice(0, from + begin.length)}\n${results}\n${readme.slice(to)}`;
}
