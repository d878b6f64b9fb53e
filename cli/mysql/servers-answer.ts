/** @returns whether the server has answered with an error; otherwise the connection has gone, or the caller wants to end */
export function isServersAnswer(error: unknown): error is Error & { readonly errno?: number } {
  return error instanceof Error && typeof (error as { sqlState?: unknown }).sqlState === 'string';
}
