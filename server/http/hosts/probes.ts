import type { Context } from 'koa';

/** Paths that tell nothing, and that a load balancer asks: under any name, and without a token. */
const PROBES = new Set(['/-/healthy', '/-/ready']);

export function isProbe({ path }: Context): boolean {
  return PROBES.has(path);
}
