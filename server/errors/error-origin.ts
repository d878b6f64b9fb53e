/** Which part of the service an error comes from. What comes from none of them is a bug, or the client's. */
export type Origin = 'storage' | 'history';

const origins = new WeakMap<object, Origin>();

/**
 * Notes where an error arose. `EACCES` alone does not say whether the disk or the history server refused, so the one who
 * made the call notes it. The error stays as it is; the first note counts.
 * @returns the same error
 */
export function tagOrigin<E>(error: E, origin: Origin): E {
  if (error instanceof Error && !origins.has(error)) origins.set(error, origin);
  return error;
}

/** For `catch`: notes the origin and throws the error on. */
export function throwFrom(origin: Origin): (error: unknown) => never {
  return error => {
    throw tagOrigin(error, origin);
  };
}

/** @returns where the error arose, or undefined when no one noted it */
export function originOf(error: Error): Origin | undefined {
  return origins.get(error);
}
