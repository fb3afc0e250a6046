/** Decodes a path as it came; `%2F` becomes a slash like any other, as in Go. Throws a URIError. */
export function decodePath(path: string): string {
  return path.includes("%") ? decodeURIComponent(path) : path;
}

/** The inverse of `decodePath` for a `Location`. */
export function encodePath(path: string): string {
  return path
    .split("/")
    .map((segment) => encodeURIComponent(segment).replace(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent))
    .join("/");
}

/** Without empty, `.` and `..` segments; a trailing slash stays. */
export function cleanPath(path: string): string {
  if (!path.includes("//") && !path.includes("/.")) return path;
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  const trailing = kept.length > 0 && path.endsWith("/") ? "/" : "";
  return `/${kept.join("/")}${trailing}`;
}

/** The path and query of a request target that is an absolute URL, as proxies send it (RFC 9112 §3.2.2). */
export function originForm(target: string): string {
  const match = /^https?:\/\/[^/?]*(.*)$/is.exec(target);
  if (match === null) return target;
  const rest = match[1] as string;
  return rest.startsWith("/") ? rest : `/${rest}`;
}
