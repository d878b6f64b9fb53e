const MARK = Buffer.from('DEFINER=');

/** `DEFINER=`app`@`%``, with the quotes of ANSI_QUOTES, too. A name has 128 characters, a host 255. */
const DEFINER = /DEFINER=(`|")((?:(?!\1).|\1\1){0,600})\1@(`|")((?:(?!\3).|\3\3){0,600})\3/gs;

/** One that is cut by the end of a chunk begins within these last bytes. */
const CARRIED = 2048;

/** A dump in whose rows more of them stand than any database has is not worth more accounts. */
const MOST = 1000;

/**
 * Passes a dump on, and names each account that owns something in it before the statement comes that needs it: a view over views
 * that checks what is written loads only where its definer exists. What looks alike within rows is named, too.
 * @param onDefiner gets such as `app@%`, each once
 */
export async function* withDefiners(
  dump: AsyncIterable<Uint8Array>,
  onDefiner: (definer: string) => Promise<void>,
): AsyncGenerator<Uint8Array, void> {
  const seen = new Set<string>();
  let carried = Buffer.alloc(0);
  for await (const chunk of dump) {
    const bytes = Buffer.concat([carried, chunk]);
    if (bytes.includes(MARK))
      for (const definer of definersIn(bytes)) {
        if (seen.has(definer) || seen.size >= MOST) continue;
        seen.add(definer);
        await onDefiner(definer);
      }
    carried = bytes.subarray(Math.max(0, bytes.length - CARRIED));
    yield chunk;
  }
}

function* definersIn(bytes: Buffer): Generator<string> {
  for (const [, quote, user, hostQuote, host] of bytes.toString('latin1').matchAll(DEFINER))
    yield `${plain(user!, quote!)}@${plain(host!, hostQuote!)}`;
}

function plain(name: string, quote: string): string {
  return Buffer.from(name.replaceAll(quote + quote, quote), 'latin1').toString();
}
