/** A test of an object: the name and the password of a login. */
export const BOTH_OR_NEITHER = [
  'has only one of user and password: set both, or neither',
  ({ user, password }: { user?: string | undefined; password?: string | undefined }) =>
    (user === undefined) === (password === undefined),
] as const;

/** @returns an address without a slash at its end */
export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

export function listed(list: readonly (string | undefined)[] | undefined): string[] {
  return (list ?? []).filter(entry => entry !== undefined);
}
