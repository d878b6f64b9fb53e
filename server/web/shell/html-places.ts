/** Where a value is inserted: between elements, among the attributes of a tag, in an attribute's value, or as a whole address. */
export type Place = 'content' | 'tag' | 'value' | 'address';

interface Reading {
  in: 'content' | 'tag' | 'value';
  /** The tag so far, without the values of its attributes. */
  tag: string;
  /** The attribute whose value is read, and what it has so far. */
  attribute: string;
  value: string;
  /** In an element in which nothing is escaped. */
  isRaw: boolean;
}

/**
 * Reads the fixed parts of a template, to know what stands around each of its values.
 * @throws Error where a value could not be made safe: in the name of a tag, an attribute without double quotes, a script, a comment
 */
export function placesOf(strings: readonly string[]): Place[] {
  const reading: Reading = { in: 'content', tag: '', attribute: '', value: '', isRaw: false };
  return strings.slice(0, -1).map(part => {
    for (const character of part) read(reading, character);
    const place = placeIn(reading);
    if (!place) throw new Error(`no value may be inserted behind ${JSON.stringify(part.slice(-60))}`);
    if (place === 'tag') reading.tag += ' ';
    if (place === 'address' || place === 'value') reading.value += 'x';
    return place;
  });
}

function placeIn({ in: where, tag, attribute, value, isRaw }: Reading): Place | undefined {
  if (where === 'content') return isRaw ? undefined : 'content';
  if (where === 'tag') return /^<(?:\/|!.*)?$|=\s*$/.test(tag) ? undefined : 'tag';
  if (/^(?:on.*|style|srcdoc)$/.test(attribute)) return undefined;
  return value === '' && /^(?:href|src|action|formaction)$/.test(attribute) ? 'address' : 'value';
}

function read(reading: Reading, character: string): void {
  if (reading.in === 'tag') readTag(reading, character);
  else if (reading.in === 'content') {
    if (character === '<') Object.assign(reading, { in: 'tag', tag: '<' });
  } else if (character === '"') {
    Object.assign(reading, { in: 'tag', tag: `${reading.tag}"` });
  } else reading.value += character;
}

function readTag(reading: Reading, character: string): void {
  if (character === "'") throw new Error(`attributes stand in double quotes: ${reading.tag}'`);
  if (character === '"') {
    const attribute = /[\s"]([^\s=<"]+)=$/.exec(reading.tag)?.[1];
    if (attribute === undefined) throw new Error(`a quote without an attribute: ${reading.tag}"`);
    Object.assign(reading, { in: 'value', value: '', attribute: attribute.toLowerCase() });
  } else if (character === '>') {
    const [, end, name] = /^<(\/?)([\w!-]*)/.exec(reading.tag)!;
    if (/^(?:script|style)$/i.test(name!)) reading.isRaw = end === '';
    reading.in = 'content';
  } else reading.tag += character;
}
