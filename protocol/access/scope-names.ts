/**
 * Tells whether a token is for a database.
 * @param scope names of databases; a `*` as the last character stands for any end of a name
 */
export function scopeCovers(scope: readonly string[], database: string): boolean {
  return scope.some(name => (name.endsWith('*') ? database.startsWith(name.slice(0, -1)) : database === name));
}
