/** The headers of a zip with one entry as APPNOTE.TXT gives them (4.3.7 to 4.3.16): the width of each field, in bytes. */
const LAYOUTS = {
  local: 'signature4 needed2 flags2 method2 time2 date2 crc4 compressed4 size4 nameLength2 extraLength2',
  central:
    'signature4 madeBy2 needed2 flags2 method2 time2 date2 crc4 compressed4 size4 nameLength2 extraLength2 commentLength2 disk2 internal2 external4 offset4',
  zip64End:
    'signature4 recordSize8 madeBy2 needed2 disk4 directoryDisk4 entriesHere8 entries8 directorySize8 directoryOffset8',
  locator: 'signature4 disk4 zip64EndOffset8 disks4',
  end: 'signature4 disk2 directoryDisk2 entriesHere2 entries2 directorySize4 directoryOffset4 commentLength2',
  descriptor: 'signature4 crc4 compressed4 size4',
  wideDescriptor: 'signature4 crc4 compressed8 size8',
} as const;
export type HeaderName = keyof typeof LAYOUTS;

export interface Field {
  readonly name: string;
  /** From the start of the zip. */
  readonly at: number;
  readonly width: number;
}

/** A part of a zip; those of a sound one stand one behind the other, from the first byte to the last. */
export interface Part {
  readonly name: HeaderName | 'localName' | 'localExtra' | 'data' | 'centralName' | 'centralExtra';
  readonly at: number;
  readonly length: number;
}

/**
 * Takes a sound zip with one entry and no comments apart; knows nothing of what else zips may be.
 * @throws Error when its parts do not fill it
 */
export function partsOf(zip: Buffer): Part[] {
  const endAt = zip.length - 22;
  const centralAt = zip.lastIndexOf('PK\x01\x02', undefined, 'latin1');
  const [nameLength, extraLength] = [zip.readUInt16LE(26), zip.readUInt16LE(28)];
  const centralLength = 46 + nameLength + zip.readUInt16LE(centralAt + 30);
  const descriptorAt = zip.lastIndexOf('PK\x07\x08', centralAt, 'latin1');
  const gap = descriptorAt > 0 ? centralAt - descriptorAt : 0;
  const parts: Array<[Part['name'], number]> = [
    ['local', 30],
    ['localName', nameLength],
    ['localExtra', extraLength],
    ['data', centralAt - gap - 30 - nameLength - extraLength],
    ...(gap === 16 ? [['descriptor', 16] as [Part['name'], number]] : []),
    ...(gap === 24 ? [['wideDescriptor', 24] as [Part['name'], number]] : []),
    ['central', 46],
    ['centralName', nameLength],
    ['centralExtra', centralLength - 46 - nameLength],
    ...(endAt - centralAt - centralLength === 76
      ? ([
          ['zip64End', 56],
          ['locator', 20],
        ] as Array<[Part['name'], number]>)
      : []),
    ['end', 22],
  ];
  const filled = parts.reduce((sum, [, length]) => sum + length, 0);
  if (filled !== zip.length) throw new Error(`the parts of a zip of ${zip.length} bytes fill ${filled}`);
  return placed(parts, 0).map(({ name, at, width: length }) => ({ name, at, length }));
}

/** @returns the fields of all headers of a zip */
export function fieldsOf(zip: Buffer): Field[] {
  return partsOf(zip).flatMap(part => {
    if (!(part.name in LAYOUTS)) return part.name.endsWith('Extra') ? extraFieldsOf(zip, part) : [];
    const fields = [...LAYOUTS[part.name as HeaderName].matchAll(/(\w+?)(\d)(?: |$)/g)].map(
      ([, name, width]): [string, number] => [`${part.name}.${name}`, Number(width)],
    );
    return placed(fields, part.at);
  });
}

/** Puts things of these widths one behind the other. */
function placed<Name extends string>(widths: ReadonlyArray<readonly [Name, number]>, start: number) {
  let at = start;
  return widths.map(([name, width]) => {
    const thing = { name, at, width };
    at += width;
    return thing;
  });
}

/** The id and length of each extra field, and its content in words of four bytes (4.5.1). */
function extraFieldsOf(zip: Buffer, part: Part): Field[] {
  const fields: Field[] = [];
  for (let at = part.at; at + 4 <= part.at + part.length; ) {
    const [id, length] = [zip.readUInt16LE(at).toString(16), zip.readUInt16LE(at + 2)];
    fields.push(
      { name: `${part.name}.${id}.id`, at, width: 2 },
      { name: `${part.name}.${id}.length`, at: at + 2, width: 2 },
    );
    for (let inside = 0; inside < length; inside += 4)
      fields.push({ name: `${part.name}.${id}.${inside}`, at: at + 4 + inside, width: Math.min(4, length - inside) });
    at += 4 + length;
  }
  return fields;
}
