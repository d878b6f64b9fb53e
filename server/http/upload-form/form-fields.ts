import type { Readable, Writable } from 'node:stream';
import type { FormLease } from './form-budget.ts';
import { malformed } from './form-errors.ts';

/** The longest unknown field, and how much may stand between the parts. In bytes. */
const MAX_UNKNOWN = 64 * 1024;
/** A chunk may hold the end of one part and the beginning of the next, with its header. */
const SLACK = 96 * 1024;

/** The text of a field; an empty list for a field that came more than once. */
export type FieldValue = string | readonly [];

/** The text fields of a form by their names. */
export type FieldValues = Readonly<Record<string, FieldValue>>;

/**
 * The text fields of a form: those that are known, one of each. Of all others nothing is kept. What has come in of a field that
 * has not ended yet is counted, too, since the parser holds it.
 */
export class FormFields {
  /** What has been received so far. */
  readonly values: Record<string, FieldValue> = Object.create(null);
  readonly #known: Readonly<Record<string, number>>;
  readonly #lease: FormLease;
  /** Bytes of the values. */
  #kept = 0;
  /** Bytes since the last part that ended, outside of the file. */
  #pending = 0;
  #isInFile = false;

  /** @param known how long each may be, in bytes, by name */
  constructor(known: Readonly<Record<string, number>>, lease: FormLease) {
    this.#known = known;
    this.#lease = lease;
  }

  get keptBytes(): number {
    return this.#kept;
  }

  isKnown(name: string): boolean {
    return Object.hasOwn(this.#known, name);
  }

  /** So many bytes of the body go to the parser next. @throws AppError 400, 503 */
  arrive(bytes: number): void {
    if (this.#isInFile) return;
    this.#pending += bytes;
    const open = Object.entries(this.#known).filter(([name]) => !(name in this.values));
    const most = Math.max(MAX_UNKNOWN, ...open.map(([, limit]) => limit));
    if (this.#pending > most + SLACK)
      throw malformed(`it has a field of more than ${most} bytes, or no field where one is expected`);
    this.#lease.hold(this.#kept + this.#pending);
  }

  /** The file goes elsewhere, and is not counted here. */
  passFile(content: Readable): void {
    this.#pending = 0;
    this.#isInFile = true;
    // Its 'end' comes only when all of it has been read, while the parser may already be far behind it.
    const push = content.push.bind(content);
    content.push = (chunk, encoding) => {
      if (chunk === null) this.#isInFile = false;
      return push(chunk, encoding);
    };
  }

  /** A field has ended. @throws AppError 400 when it is too long */
  take(name: string, value: string | undefined, isCut = false): void {
    this.#pending = 0;
    if (value === undefined)
      throw malformed(`its field ${name.slice(0, 64)} is in a character set that cannot be read: send UTF-8`);
    const limit = this.isKnown(name) ? this.#known[name]! : MAX_UNKNOWN;
    const bytes = Buffer.byteLength(value);
    if (isCut || bytes > limit) throw malformed(`its field ${name.slice(0, 64)} is longer than ${limit} bytes`);
    if (!this.isKnown(name)) return;
    if (!(name in this.values)) this.#kept += bytes;
    this.values[name] = name in this.values ? [] : value;
  }

  /** A field that came as a file, as `curl -F manifest=@FILE` sends it. @throws AppError 400 when it is too long */
  async takeFile(name: string, content: Readable): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of content) chunks.push(chunk);
    this.take(name, Buffer.concat(chunks).toString());
  }
}

/** Receives the fields instead of multer, which would keep all of them. Those without a file's name may still have its type. */
export function listenForFields(parser: Writable, fields: FormFields, refuse: (error: unknown) => void): void {
  const orRefuse = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      refuse(error);
    }
  };
  parser.removeAllListeners('field');
  parser.on(
    'field',
    (name: string | undefined, value: string | undefined, { valueTruncated }: { valueTruncated: boolean }) =>
      orRefuse(() => {
        if (name === undefined) throw malformed('a part of it has no name');
        fields.take(name, value, valueTruncated);
      }),
  );
  parser.on('file', (name: string | undefined, content: Readable, { filename }: { filename?: string }) => {
    if (!filename && name !== undefined && fields.isKnown(name)) fields.takeFile(name, content).catch(refuse);
  });
}
