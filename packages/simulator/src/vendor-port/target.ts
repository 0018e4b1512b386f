/** A request target taken apart. */
export interface Target {
  /** Without doubled slashes: clients that join `https://host/` and `/sms/sendmsg` send two. */
  readonly path: string;
  /** Without the question mark; empty if there is none. */
  readonly query: string;
}

/** Takes a request target apart. Never fails, unlike `URL`, which would take `//sms/sendmsg` for a host. */
export function parseTarget(target: string): Target {
  const relative = target.replace(/^https?:\/\/[^/?]*/iu, '');
  const mark = relative.indexOf('?');
  const path = mark === -1 ? relative : relative.slice(0, mark);
  return { path: path.replaceAll(/\/{2,}/gu, '/'), query: mark === -1 ? '' : relative.slice(mark + 1) };
}
