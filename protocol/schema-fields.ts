import { number, string } from 'yup';

/** How many things or bytes there are. */
export const count = () => number().integer().min(0).max(Number.MAX_SAFE_INTEGER).required();

/** 64 hexadecimal digits. */
export const sha256 = () =>
  string()
    .matches(/^[0-9a-f]{64}$/)
    .required();

/** An instant in UTC, as `toISOString` writes it. */
export const instant = () =>
  string()
    .matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    .required();
