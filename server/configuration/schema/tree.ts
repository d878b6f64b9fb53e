import { type AnySchema, type InferType, mixed, type ObjectSchema } from 'yup';

/** A map whose keys are names that the reader chooses. */
export interface RecordOf {
  readonly of: AnySchema;
  /** What the keys are called in messages, such as `group`. */
  readonly noun: string;
  /** @returns why a key is no such name, as the end of a sentence; undefined when it is one */
  readonly nameProblem: (name: string) => string | undefined;
}

/** Objects of several kinds, which their key `type` tells apart. */
export type UnionOf = Readonly<Record<string, ObjectSchema<object>>>;

/**
 * Yup knows no map of names: this stands for one in an object, `checkTree` looks at its values one by one, and the JSON Schema has
 * it as `additionalProperties`.
 */
export function record<S extends AnySchema>(rest: RecordOf & { of: S }) {
  return mixed<Record<string, NonNullable<InferType<S>>>>().meta({ record: rest });
}

/** Stands for objects of several kinds. */
export function union<U extends UnionOf>(kinds: U) {
  type Kind = { [Name in keyof U]: InferType<U[Name]> & { readonly type: Name } }[keyof U];
  return mixed<Kind>().meta({ union: kinds });
}

export function recordOf(schema: AnySchema): RecordOf | undefined {
  return schema.meta()?.record;
}

export function unionOf(schema: AnySchema): UnionOf | undefined {
  return schema.meta()?.union;
}

/** @returns whether the value may stand in a file of its own, under the key with `_file` behind it, and is never shown */
export function isSecret(schema: AnySchema): boolean {
  return schema.meta()?.secret === true;
}

/** @returns the keys of an object that hold a secret, which may stand in a file */
export function secretKeysOf(schema: ObjectSchema<object>): string[] {
  return Object.entries(schema.fields as Record<string, AnySchema>).flatMap(([key, field]) =>
    isSecret(field) && field.type === 'string' ? [key] : [],
  );
}
