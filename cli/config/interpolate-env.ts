/**
 * Puts values of the environment in place of `${NAME}` in every string of a JSON value; `$${` stands for a plain `${`.
 * @param missing called with the position and the name of each variable that is not set
 * @returns a copy; the value itself is not changed
 */
export function interpolateEnv(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
  missing: (position: string, name: string) => void,
  position = '',
): unknown {
  const inside = (part: unknown, place: string) => interpolateEnv(part, env, missing, place);
  if (typeof value === 'string')
    return value.replace(/\$\$\{|\$\{(\w+)\}/g, (found, name: string | undefined) => {
      if (name === undefined) return '${';
      if (env[name] === undefined) missing(position, name);
      return env[name] ?? found;
    });
  if (Array.isArray(value)) return value.map((part, index) => inside(part, `${position}[${index}]`));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inside(part, `${position}.${key}`)]));
  return value;
}

/** @returns the text as it must stand in the list, so that it is read as it is and nothing in it as a placeholder */
export function escapePlaceholders(text: string): string {
  return text.replaceAll('${', () => '$${');
}
