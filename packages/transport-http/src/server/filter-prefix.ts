import type { Filter } from "./filter.ts";
import { isWithin, stripPrefix } from "./mount.ts";

/** A filter for the paths under a prefix alone; as in connect it sees them without it, and whole as `originalUrl`. */
export function filterUnder(prefix: string, filter: Filter): Filter {
  return (request, response, next) => {
    const url: string = request.url;
    if (!isWithin(prefix, pathOf(url))) return next();
    request.originalUrl ??= url;
    request.url = stripPrefix(url, prefix);
    return filter(request, response, (error) => {
      request.url = url;
      next(error);
    });
  };
}

function pathOf(url: string): string {
  const mark = url.indexOf("?");
  return mark < 0 ? url : url.slice(0, mark);
}
