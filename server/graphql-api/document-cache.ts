/** A client asks the same few questions again and again, and GraphiQL that of the schema. */
const MOST = 50;
/** Longer ones are parsed each time: fifty of the longest would take as much memory as all else. */
const MAX_CHARACTERS = 10_000;

/** What has been parsed lately, for Yoga. Its own caches keep a thousand documents of any size for an hour. */
export function documentCache<Parsed>() {
  const kept = new Map<string, Parsed>();
  return {
    get(text: string): Parsed | undefined {
      const parsed = kept.get(text);
      if (parsed !== undefined) kept.delete(text);
      if (parsed !== undefined) kept.set(text, parsed);
      return parsed;
    },
    set(text: string, parsed: Parsed): void {
      if (text.length > MAX_CHARACTERS) return;
      kept.set(text, parsed);
      if (kept.size > MOST) kept.delete(kept.keys().next().value!);
    },
  };
}
