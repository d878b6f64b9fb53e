import { type AnySchema, ArraySchema, BooleanSchema, NumberSchema, ObjectSchema } from 'yup';
import { isSecret, recordOf, secretKeysOf, unionOf } from '../schema/tree.ts';
import { ROOT } from './root-schema.ts';

/** @returns a JSON Schema of `lumbung.yaml`, for editors. It is less strict than the service, never stricter. */
export function jsonSchema(): object {
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'lumbung.yaml', ...toJson(ROOT) };
}

function toJson(schema: AnySchema): object {
  const about = aboutOf(schema);
  return { ...(about && { description: about }), ...shapeOf(schema) };
}

/** @returns what a key means, in a sentence without a full stop; undefined when nothing is said about it */
function aboutOf(schema: AnySchema): string | undefined {
  return schema.meta()?.about;
}

function shapeOf(schema: AnySchema): object {
  const record = recordOf(schema);
  if (record) return { type: ['object', 'null'], additionalProperties: toJson(record.of) };
  const kinds = unionOf(schema);
  if (kinds)
    return { anyOf: Object.entries(kinds).map(([type, kind]) => objectOf(kind, { type: { const: type } }, ['type'])) };
  if (schema instanceof ObjectSchema) return objectOf(schema);
  if (schema instanceof ArraySchema)
    return { type: 'array', minItems: 1, items: toJson(schema.innerType as AnySchema) };
  const given = schema.meta()?.json as object | undefined;
  const { oneOf } = schema.describe();
  if (oneOf.length > 0) return { enum: oneOf };
  if (schema instanceof BooleanSchema || schema instanceof NumberSchema) return given ?? {};
  return given && ('anyOf' in given || 'type' in given) ? given : { type: 'string', minLength: 1, ...given };
}

function objectOf(schema: ObjectSchema<object>, others: Record<string, object> = {}, needed: string[] = []): object {
  const fields = Object.entries(schema.fields as Record<string, AnySchema>);
  const secrets = secretKeysOf(schema);
  const files = secrets.map(key => [
    `${key}_file`,
    { type: 'string', minLength: 1, description: `a file that holds ${key} and nothing else` },
  ]);
  const required = fields.filter(([, field]) => !field.spec.optional).map(([key]) => key);
  return {
    type: schema.getDefault() === undefined || others.type ? 'object' : ['object', 'null'],
    properties: {
      ...others,
      ...Object.fromEntries(fields.map(([key, field]) => [key, toJson(field)])),
      ...Object.fromEntries(files),
    },
    required: [...needed, ...required.filter(key => !secrets.includes(key))],
    ...(required.some(key => secrets.includes(key)) && {
      allOf: required
        .filter(key => secrets.includes(key))
        .map(key => ({ anyOf: [{ required: [key] }, { required: [`${key}_file`] }] })),
    }),
    additionalProperties: false,
  };
}

/** @returns each key with its path, what it means and its default, in the order of the file */
export function describedKeys(schema: AnySchema = ROOT, path = ''): DescribedKey[] {
  const record = recordOf(schema);
  if (record) return describedKeys(record.of, `${path}.NAME`);
  const kinds = unionOf(schema);
  if (kinds)
    return Object.entries(kinds).flatMap(([type, kind]) => [
      { path, type, about: '', fallback: undefined },
      ...describedKeys(kind, path).map(key => ({ ...key, type })),
    ]);
  const inner = schema instanceof ArraySchema ? (schema.innerType as AnySchema) : schema;
  if (!(inner instanceof ObjectSchema)) return [];
  const prefix = path === '' ? '' : `${path}${schema === inner ? '' : '[]'}.`;
  return Object.entries(inner.fields as Record<string, AnySchema>).flatMap(([key, field]) => [
    { path: `${prefix}${key}`, about: aboutOf(field) ?? '', fallback: fallbackOf(field), isSecret: isSecret(field) },
    ...describedKeys(field, `${prefix}${key}`),
  ]);
}

/** One key of the file, for the docs. */
export interface DescribedKey {
  readonly path: string;
  /** Of a channel. */
  readonly type?: string;
  readonly about: string;
  readonly fallback: string | undefined;
  readonly isSecret?: boolean;
}

function fallbackOf(schema: AnySchema): string | undefined {
  const fallback: unknown = schema.getDefault();
  return ['string', 'number', 'boolean'].includes(typeof fallback) ? String(fallback) : undefined;
}
