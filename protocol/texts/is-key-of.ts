/** @returns whether a text is one of the words that an object has as its own keys, such as a unit or a code */
export function isKeyOf<T extends object>(object: T, text: string | null | undefined): text is keyof T & string {
  return text !== null && text !== undefined && Object.hasOwn(object, text);
}
