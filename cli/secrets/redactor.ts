/** Shorter than any secret that is taken out, so that a mask can never hold one. */
const MASK = '***';

/** A shorter secret stands in every text by chance: masking it would leave nothing to read. */
const SHORTEST_SECRET = MASK.length + 1;

/** A name and a password in an address, such as `mysql://root:secret@host/`. */
const USER_OF_ADDRESS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>]+@/gi;

/** A token of the service, or most of one, no matter whose it is. */
const TOKEN = /\blmb_[\w-]{20,}/g;

/** Takes secrets out of texts and of JSON values. */
export interface Redactor {
  /** @returns the text without any of the secrets, in any form in which it may be written */
  text(text: string): string;
  /** @returns a copy in which every text, number and key is without them; stays valid JSON, as redacting its text would not */
  value(value: unknown): unknown;
}

/** @param secrets those of fewer than four characters are ignored: the writer of a text must leave them out */
export function redactor(secrets: Iterable<string>): Redactor {
  const forms = new Set([...secrets].flatMap(formsOf).filter(form => form.length >= SHORTEST_SECRET));
  // Where one secret begins with another, the longer one goes whole.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(literally).join('|') || '(?!)', 'g');

  const text = (given: string): string => {
    let redacted = given.replace(USER_OF_ADDRESS, `$1${MASK}@`).replace(TOKEN, MASK);
    // What stands on both sides of a mask may be a secret together with it. Each turn makes the text shorter.
    while (redacted.search(pattern) !== -1) redacted = redacted.replace(pattern, MASK);
    return redacted;
  };
  const value = (given: unknown): unknown => {
    if (typeof given === 'string') return text(given);
    if (typeof given === 'number') return text(String(given)) === String(given) ? given : MASK;
    if (Array.isArray(given)) return given.map(value);
    if (typeof given !== 'object' || given === null) return given;
    if (given instanceof Date) return value(given.toISOString());
    return Object.fromEntries(Object.entries(given).map(([key, part]) => [text(key), value(part)]));
  };
  return { text, value };
}

/** A secret as programs write it: plain, in JSON, in an address, in a form, in SQL, in base64, in hexadecimal. */
function formsOf(secret: string): string[] {
  if (secret.length < SHORTEST_SECRET) return [];
  const json = JSON.stringify(secret).slice(1, -1);
  const ascii = json.replace(/[^\x00-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const wellFormed = secret.toWellFormed();
  const encoded = encodeURIComponent(wellFormed);
  const strict = encoded.replace(/[!'()*]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams([['', wellFormed]]).toString().slice(1);
  const addresses = [encoded, strict, encodeURI(wellFormed), form];
  const base64 = (['base64', 'base64url'] as const).map(name => Buffer.from(secret).toString(name).replace(/=+$/, ''));
  const hex = Buffer.from(secret).toString('hex');
  const sql = [secret.replace(/['"\\]/g, '\\$&'), secret.replaceAll("'", "''"), secret.replaceAll('"', '""')];
  return [
    ...[secret, json, ascii, ...sql, ...base64, hex, hex.toUpperCase()],
    ...addresses.flatMap(address => [address, address.replace(/%[\dA-F]{2}/g, code => code.toLowerCase())]),
  ];
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
