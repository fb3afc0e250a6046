/** What a carrier gave, as one text: lists are joined as headers are. */
export function textOf(value: string | string[] | undefined): string {
  if (value === undefined) return "";
  return (typeof value === "string" ? value : value.join(",")).trim();
}
