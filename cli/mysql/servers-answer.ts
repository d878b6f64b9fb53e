/** What the driver says about an error beside its message. */
interface DriverError {
  /** The number that the server or the system gave it. */
  readonly errno: number | undefined;
  /** Only what the server has answered has one. */
  readonly sqlState: string | undefined;
  readonly code: string | undefined;
  /** Whether the connection has ended with it. */
  readonly fatal: boolean;
}

/** @returns what the driver says about an error; of any other error nothing */
export function driverErrorOf(error: unknown): DriverError {
  const [errno, sqlState, code, fatal] = ['errno', 'sqlState', 'code', 'fatal'].map((name): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined,
  );
  return {
    errno: typeof errno === 'number' ? errno : undefined,
    sqlState: typeof sqlState === 'string' ? sqlState : undefined,
    code: typeof code === 'string' ? code : undefined,
    fatal: fatal === true,
  };
}

/** @returns whether the server has answered with an error; otherwise the connection has gone, or the caller wants to end */
export function isServersAnswer(error: unknown): error is Error & { readonly errno?: number } {
  return error instanceof Error && driverErrorOf(error).sqlState !== undefined;
}
