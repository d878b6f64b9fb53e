import * as is from './bytes.ts';
import type { CappedBuffer } from './capped-buffer.ts';

const INSERT = is.bytesOf('insert');
const REPLACE = is.bytesOf('replace');
const VALUES = is.bytesOf('values');

/** @returns whether the parenthesis that a statement's head ends with is that of the first row of an INSERT or REPLACE */
export function isInsertValues({ bytes, length }: CappedBuffer): boolean {
  if (!is.isWordAt(bytes, 0, INSERT) && !is.isWordAt(bytes, 0, REPLACE)) return false;
  let end = length - 1;
  while (end > 0 && is.isBlank(bytes[end - 1])) end--;
  const before = bytes[end - VALUES.length - 1];
  const isWord = is.isBlank(before) || before === is.CLOSE || before === is.BACKTICK || before === is.DOUBLE_QUOTE;
  return isWord && is.isWordAt(bytes, end - VALUES.length, VALUES);
}
