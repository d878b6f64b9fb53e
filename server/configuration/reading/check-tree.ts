import { type AnySchema, ArraySchema, ObjectSchema, ValidationError } from 'yup';
import { EMPTY } from '../schema/fields.ts';
import { isSecret, type RecordOf, recordOf, secretKeysOf, type UnionOf, unionOf } from '../schema/tree.ts';
import { didYouMean } from './did-you-mean.ts';
import { type Mistake, MOST_MISTAKES, type Path } from './mistake.ts';

interface Checking {
  /** Gets each mistake. */
  readonly mistakes: Mistake[];
  /** Paths, as JSON, of values that have their mistake already. */
  readonly lacking: ReadonlySet<string>;
}

/**
 * Checks a value of a file against a schema, part by part, so that the place of each mistake is known exactly.
 * @returns the value with its defaults; what is wrong in it is undefined
 */
export function checkTree(schema: AnySchema, value: unknown, path: Path, checking: Checking): unknown {
  if (checking.lacking.has(JSON.stringify(path))) return undefined;
  const record = recordOf(schema);
  if (record) return checkRecord(record, value ?? {}, path, checking);
  const kinds = unionOf(schema);
  if (kinds) return checkUnion(kinds, value, path, checking);
  if (schema instanceof ObjectSchema) return checkObject(schema, value, path, checking);
  const item = schema instanceof ArraySchema ? (schema.innerType as AnySchema | undefined) : undefined;
  if (Array.isArray(value) && item instanceof ObjectSchema)
    return value.map((one, index) =>
      checking.mistakes.length > MOST_MISTAKES ? undefined : checkObject(item, one, [...path, index], checking),
    );
  return checkLeaf(schema, value, path, checking);
}

function checkRecord({ of, noun, nameProblem }: RecordOf, value: unknown, path: Path, checking: Checking): unknown {
  const { mistakes } = checking;
  if (!isMap(value)) {
    mistakes.push({ path, message: `must have an entry for each ${noun}: its name, a colon, and its keys below` });
    return {};
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      // One more than is shown says that there are more.
      if (mistakes.length > MOST_MISTAKES) return [name, undefined];
      const problem = nameProblem(name);
      if (problem) mistakes.push({ path: [...path, name], message: `the name of the ${noun} ${problem}` });
      return [name, checkTree(of, one, [...path, name], checking)];
    }),
  );
}

function checkUnion(kinds: UnionOf, value: unknown, path: Path, checking: Checking): unknown {
  const { mistakes } = checking;
  if (!isMap(value)) return void mistakes.push({ path, message: value === null ? EMPTY : NO_MAP });
  const { type, ...rest } = value;
  const known = Object.keys(kinds);
  if (typeof type === 'string' && Object.hasOwn(kinds, type)) {
    const checked = checkObject(kinds[type]!, rest, path, checking);
    return isMap(checked) ? { type, ...checked } : undefined;
  }
  const is = `must be one of ${known.join(', ')}`;
  if (type === undefined) mistakes.push({ path, message: `has no type: it ${is}` });
  else mistakes.push({ path: [...path, 'type'], message: `${is}${didYouMean(String(type), known)}` });
}

const NO_MAP = 'must be a map of keys and values';

function checkObject(schema: ObjectSchema<object>, value: unknown, path: Path, checking: Checking): unknown {
  const { mistakes } = checking;
  const isOptional = schema.getDefault() === undefined;
  if (value === undefined && isOptional) return undefined;
  // A section whose lines are all comments.
  const given = value === undefined || (value === null && !isOptional && path.length === 1) ? {} : value;
  if (!isMap(given)) return void mistakes.push({ path, message: given === null ? EMPTY : NO_MAP });
  const before = mistakes.length;
  refuseUnknown(schema, given, path, mistakes);
  const fields = Object.entries(schema.fields as Record<string, AnySchema>);
  const checked = Object.fromEntries(
    fields.map(([key, field]) => [key, checkTree(field, given[key], [...path, key], checking)]),
  );
  const isLacking = fields.some(([key]) => checking.lacking.has(JSON.stringify([...path, key])));
  if (mistakes.length === before && !isLacking) validate(schema, checked, path, mistakes, { recursive: false });
  return checked;
}

function refuseUnknown(schema: ObjectSchema<object>, given: object, path: Path, mistakes: Mistake[]): void {
  const known = Object.keys(schema.fields);
  const files = secretKeysOf(schema).map(key => `${key}_file`);
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    if (files.includes(key)) continue;
    const all = [...known, ...files];
    const guess = didYouMean(key, all);
    const place = [...path, key];
    // Only a key that looks like one of ours is shown: any other may be a password in the wrong place.
    if (guess) mistakes.push({ path: place, message: `the key is not known${guess}` });
    else
      mistakes.push({
        path: place,
        shownPath: path,
        message: `has a key that is not known (not shown: it may be a secret); the known keys are ${all.join(', ')}`,
      });
  }
}

function checkLeaf(schema: AnySchema, value: unknown, path: Path, { mistakes }: Checking): unknown {
  return validate(schema, value, path, mistakes, { showsValue: !isSecret(schema) });
}

interface Validating {
  readonly recursive?: boolean;
  readonly showsValue?: boolean;
}

function validate(
  schema: AnySchema,
  value: unknown,
  path: Path,
  mistakes: Mistake[],
  { recursive = true, showsValue = false }: Validating,
): unknown {
  try {
    return schema.validateSync(value, { abortEarly: false, recursive });
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const found = error.inner.length > 0 ? error.inner : [error];
    for (const one of found) {
      const item = /^\[(\d+)\]$/.exec(one.path ?? '')?.[1];
      mistakes.push({ path: item === undefined ? path : [...path, Number(item)], message: one.message, showsValue });
    }
    return undefined;
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
